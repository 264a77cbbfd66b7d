package dev.holdfast.storage;

/**
 * State of the store at one moment.
 *
 * @param publishable whether appends may be taken; acknowledging and deleting always may
 * @param reason why not, in one sentence for an operator; empty when publishable
 * @param freeBytes free space of the file system
 * @param reserveBytes space kept for acknowledging and deleting
 * @param storedBytes size of the data files
 */
public record StoreHealth(
    boolean publishable, String reason, long freeBytes, long reserveBytes, long storedBytes) {}
