package dev.holdfast.client;

import io.vertx.core.Handler;
import io.vertx.core.net.NetSocket;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.sasl.ProtonSaslAuthenticator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Transport;

/** ANONYMOUS, or PLAIN for user "alice" with one password. */
final class ScriptedSasl implements ProtonSaslAuthenticator {
  private final String password;
  private final AtomicInteger logins;
  private Sasl sasl;
  private boolean succeeded;

  ScriptedSasl(String password, AtomicInteger logins) {
    this.password = password;
    this.logins = logins;
  }

  @Override
  public void init(NetSocket socket, ProtonConnection connection, Transport transport) {
    sasl = transport.sasl();
    sasl.server();
    sasl.allowSkip(false);
    sasl.setMechanisms(password == null ? "ANONYMOUS" : "PLAIN");
  }

  @Override
  public void process(Handler<Boolean> completion) {
    String[] chosen = sasl.getRemoteMechanisms();
    if (chosen.length == 0) {
      completion.handle(false);
      return;
    }
    logins.incrementAndGet();
    byte[] response = new byte[sasl.pending()];
    sasl.recv(response, 0, response.length);
    String given = new String(response, StandardCharsets.UTF_8);
    succeeded = password == null || given.equals("\0alice\0" + password);
    sasl.done(succeeded ? Sasl.SaslOutcome.PN_SASL_OK : Sasl.SaslOutcome.PN_SASL_AUTH);
    completion.handle(true);
  }

  @Override
  public boolean succeeded() {
    return succeeded;
  }
}
