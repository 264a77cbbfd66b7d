package dev.holdfast.it.access;

import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process of another user that passes connections on to a broker's Unix sockets. */
final class Relay implements AutoCloseable {
  private final Process process;
  private final InetSocketAddress amqp;
  private final InetSocketAddress admin;

  private Relay(Process process) throws IOException {
    this.process = process;
    BufferedReader ports = process.inputReader();
    amqp = new InetSocketAddress("127.0.0.1", Integer.parseInt(ports.readLine()));
    admin = new InetSocketAddress("127.0.0.1", Integer.parseInt(ports.readLine()));
  }

  /**
   * Starts one; only root can.
   *
   * @param uid to be
   * @param gid to be of, besides the group of the sockets' directory
   * @param broker whose sockets are meant
   * @return it
   */
  static Relay as(int uid, int gid, BrokerProcess broker) {
    Path socket = broker.ready().socket();
    try {
      Object group = Files.getAttribute(socket.getParent(), "unix:gid");
      return new Relay(
          new ProcessBuilder(
                  List.of(
                      "setpriv",
                      "--reuid=" + uid,
                      "--regid=" + gid,
                      "--groups=" + group,
                      "/usr/bin/python3",
                      "-c",
                      Files.readString(Environment.source("python/relay.py")),
                      socket.toString(),
                      broker.ready().admin().toString()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where AMQP is passed on. */
  InetSocketAddress amqp() {
    return amqp;
  }

  /** Where the management API is passed on. */
  InetSocketAddress admin() {
    return admin;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
