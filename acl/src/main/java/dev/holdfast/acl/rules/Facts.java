package dev.holdfast.acl.rules;

import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Sending;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What conditions are held against.
 *
 * @param principal who asks
 * @param nowMs when, in epoch milliseconds
 * @param signals that are set
 * @param message that is being sent; null: none yet
 * @param counts whether what is limited by rate is counted: false when somebody only wants to know
 */
record Facts(
    Principal principal,
    long nowMs,
    Set<String> signals,
    @Nullable Sending message,
    boolean counts) {}
