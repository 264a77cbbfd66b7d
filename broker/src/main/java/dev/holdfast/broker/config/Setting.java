package dev.holdfast.broker.config;

/**
 * One key with what is in force.
 *
 * @param key its name
 * @param value its text
 * @param origin where that comes from: {@code default}, the environment variable, the file and
 *     line, or what was typed
 * @param defaultText what holds when nobody says anything
 * @param allowed what may be written
 * @param meaning one or two sentences
 * @param variable its environment variable
 * @param live whether a reload applies it
 */
public record Setting(
    String key,
    String value,
    String origin,
    String defaultText,
    String allowed,
    String meaning,
    String variable,
    boolean live) {}
