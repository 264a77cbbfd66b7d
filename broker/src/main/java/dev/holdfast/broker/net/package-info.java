/** Sockets as the operating system has them: Unix socket files and the credentials of peers. */
@NullMarked
package dev.holdfast.broker.net;

import org.jspecify.annotations.NullMarked;
