package dev.holdfast.storage.log;

/**
 * Where the bodies of chunks lie and how much of it is alive.
 *
 * @param from the first key there can be
 * @param to the key after the last one
 * @param liveBytes what the chunks that are alive take
 */
@SuppressWarnings("ArrayRecordComponent") // keys, made for one call and compared by nobody
public record BodyRange(byte[] from, byte[] to, long liveBytes) {}
