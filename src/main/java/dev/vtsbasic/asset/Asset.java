package dev.vtsbasic.asset;

import java.nio.file.Path;

/**
 * One static file, everything about its answer known beforehand.
 *
 * @param mediaType value of Content-Type
 * @param entityTag value of ETag, a strong validator: it changes with every byte
 * @param cacheControl value of Cache-Control
 * @param length in bytes
 * @param body the content when it is kept in memory, else null
 * @param file where the content lies
 */
record Asset(String mediaType, String entityTag, String cacheControl, long length, byte[] body, Path file) {}
