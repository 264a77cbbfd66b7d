/**
 * HTTP/1.1 over a Unix socket, as little of it as the management API needs: no Vert.x and no {@code
 * java.net.http}, each of which costs a command several times its own start-up.
 */
@NullMarked
package dev.holdfast.cli.http;

import org.jspecify.annotations.NullMarked;
