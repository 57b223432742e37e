/* Kaitai Struct's parser of a display's data, as its compiler makes it, behind the signature of a check. */
#include <streambuf>

#include "display.h"
#include "migration_guard.h"

/* A stream over the data itself, which is not copied. */
struct memory : std::streambuf {
    memory(const uint8_t *data, size_t size)
    {
        char *const first = const_cast<char *>(reinterpret_cast<const char *>(data));
        setg(first, first, first + size);
    }

    pos_type seekoff(off_type by, std::ios_base::seekdir from, std::ios_base::openmode) override
    {
        char *const base = from == std::ios_base::beg ? eback() : from == std::ios_base::cur ? gptr() : egptr();
        setg(eback(), base + by, egptr());
        return gptr() - eback();
    }

    pos_type seekpos(pos_type position, std::ios_base::openmode mode) override
    {
        return seekoff(position, std::ios_base::beg, mode);
    }
};

extern "C" bool kaitai_parses(const uint8_t *data, size_t size, const mg_receiver *, mg_violation *)
{
    memory buffer(data, size);
    std::istream input(&buffer);
    kaitai::kstream stream(&input);
    const display_t parsed(&stream);

    return parsed.surfaces()->size() == parsed.num_surfaces();
}
