#include "seal_openssl.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static const seal_key *find(const seal_context *context, uint32_t id)
{
    for (size_t index = 0; index < context->key_count; index++)
        if (context->keys[index].id == id)
            return &context->keys[index];
    return NULL;
}

static bool hkdf(const seal_key *key, const uint8_t *salt, uint8_t *derived)
{
    char digest[] = "SHA256";
    char info[] = MG_SEAL_INFO;
    /* OpenSSL takes what it only reads as if it could be written. */
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key->bytes, MG_SEAL_KEY_SIZE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, MG_SEAL_SALT_SIZE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info - 1),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    const bool is_derived =
        context != NULL && EVP_KDF_derive(context, derived, MG_SEAL_DERIVED_SIZE, parameters) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return is_derived;
}

static bool derive(void *context, uint32_t key_id, const uint8_t *salt, uint8_t *derived)
{
    const seal_key *const key = find((const seal_context *)context, key_id);

    return key != NULL && hkdf(key, salt, derived);
}

static bool decrypt(void *context, const uint8_t *key, const uint8_t *nonce, const uint8_t *header,
    const uint8_t *ciphertext, size_t size, const uint8_t *tag, uint8_t *plain)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int written = 0;
    bool is_authentic;

    (void)context;
    if (cipher == NULL || size > INT32_MAX) {
        EVP_CIPHER_CTX_free(cipher);
        return false;
    }
    is_authentic = EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1
        && EVP_DecryptUpdate(cipher, NULL, &written, header, MG_SEAL_HEADER_SIZE) == 1
        && EVP_DecryptUpdate(cipher, plain, &written, ciphertext, (int)size) == 1
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, MG_SEAL_TAG_SIZE, (void *)(uintptr_t)tag) == 1
        && EVP_DecryptFinal_ex(cipher, plain + written, &written) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return is_authentic;
}

static void forget_expired(seal_context *context)
{
    size_t kept = 0;

    for (size_t index = 0; index < context->opening_count; index++)
        if (context->openings[index].until >= context->now)
            context->openings[kept++] = context->openings[index];
    context->opening_count = kept;
}

static mg_seal_taken take(void *of, const uint8_t *id, uint64_t until)
{
    seal_context *const context = (seal_context *)of;

    for (size_t index = 0; index < context->opening_count; index++)
        if (memcmp(context->openings[index].id, id, MG_SEAL_ID_SIZE) == 0)
            return MG_SEAL_AGAIN;
    forget_expired(context);
    if (context->opening_count == seal_most_openings)
        return MG_SEAL_FULL;
    memcpy(context->openings[context->opening_count].id, id, MG_SEAL_ID_SIZE);
    context->openings[context->opening_count++].until = until;
    return MG_SEAL_FIRST;
}

mg_seal_callbacks seal_callbacks(seal_context *context)
{
    mg_seal_callbacks callbacks;

    callbacks.context = context;
    callbacks.derive = derive;
    callbacks.decrypt = decrypt;
    callbacks.take = take;
    return callbacks;
}

bool seal_digest(const char *name, uint8_t *digest)
{
    return EVP_Digest(name, strlen(name), digest, NULL, EVP_sha256(), NULL) == 1;
}
