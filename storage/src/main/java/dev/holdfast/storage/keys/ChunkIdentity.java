package dev.holdfast.storage.keys;

/**
 * What a stored part of a chunk is bound to: open it as anything else and it does not verify.
 *
 * @param logId the log
 * @param chunkId its place in the global commit order, also its nonce
 * @param firstSequence first message of the chunk
 * @param count messages in the chunk
 */
public record ChunkIdentity(int logId, long chunkId, long firstSequence, int count) {}
