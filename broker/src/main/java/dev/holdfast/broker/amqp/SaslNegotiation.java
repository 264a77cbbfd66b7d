package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslExchange;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.identity.SaslStep;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.jspecify.annotations.Nullable;

/**
 * The SASL layer of one connection (part 5 §5.3), from the mechanisms to the outcome. While a step
 * is being worked on elsewhere (password hashing) no further input is looked at. Event-loop thread.
 */
final class SaslNegotiation {

  private enum State {
    AWAITS_INIT,
    AWAITS_STEP,
    AWAITS_RESPONSE,
    DONE
  }

  private final AmqpConnection connection;
  private final SaslMechanisms mechanisms;
  private final PeerInfo peer;
  private State state = State.AWAITS_INIT;
  private @Nullable SaslExchange exchange;
  private String mechanism = "";

  SaslNegotiation(AmqpConnection connection, SaslMechanisms mechanisms, PeerInfo peer) {
    this.connection = connection;
    this.mechanisms = mechanisms;
    this.peer = peer;
  }

  /** Whether the outcome of a step is being waited for. */
  boolean isBusy() {
    return state == State.AWAITS_STEP;
  }

  /** Sends the mechanisms. */
  void offer() {
    var offer = new org.apache.qpid.proton.amqp.security.SaslMechanisms();
    offer.setSaslServerMechanisms(
        mechanisms.offered(peer).stream().map(Symbol::getSymbol).toArray(Symbol[]::new));
    connection.writeSasl(offer);
  }

  /** A SASL frame's body. */
  void frame(Object body) {
    if (state == State.AWAITS_INIT && body instanceof SaslInit init) {
      if (init.getMechanism() == null) {
        throw new FaultException(Fault.FIELD_MISSING);
      }
      mechanism = init.getMechanism().toString();
      SaslExchange started = mechanisms.start(mechanism, peer);
      exchange = started;
      respond(started, init.getInitialResponse());
    } else if (state == State.AWAITS_RESPONSE
        && body instanceof SaslResponse response
        && exchange != null) {
      respond(exchange, response.getResponse());
    } else {
      throw new FaultException(Fault.NOT_NOW);
    }
  }

  private void respond(SaslExchange with, @Nullable Binary data) {
    state = State.AWAITS_STEP;
    byte[] bytes = data == null ? null : copy(data);
    with.respond(bytes)
        .whenComplete(
            (step, broken) ->
                connection.onLoop(() -> next(broken == null ? step : new SaslStep.Failed(true))));
  }

  private static byte[] copy(Binary data) {
    byte[] bytes = new byte[data.getLength()];
    data.asByteBuffer().get(bytes);
    return bytes;
  }

  private void next(SaslStep step) {
    if (step instanceof SaslStep.Challenge challenge) {
      state = State.AWAITS_RESPONSE;
      SaslChallenge frame = new SaslChallenge();
      frame.setChallenge(new Binary(challenge.data()));
      connection.writeSasl(frame);
      connection.resumeInput();
    } else if (step instanceof SaslStep.Authenticated done) {
      outcome(SaslCode.OK, done.additionalData());
      authenticated(done.principal());
    } else if (step instanceof SaslStep.Failed failed) {
      outcome(failed.temporary() ? SaslCode.SYS_TEMP : SaslCode.AUTH, new byte[0]);
      connection.finish();
    }
  }

  private void authenticated(Principal principal) {
    state = State.DONE;
    long now = connection.edge.settings.clock().millis();
    connection.authenticated(principal.from(peer.origin(mechanism, now)));
    connection.resumeInput();
  }

  private void outcome(SaslCode code, byte[] data) {
    state = State.DONE;
    SaslOutcome outcome = new SaslOutcome();
    outcome.setCode(code);
    if (data.length > 0) {
      outcome.setAdditionalData(new Binary(data));
    }
    connection.writeSasl(outcome);
  }
}
