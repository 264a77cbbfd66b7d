package dev.holdfast.broker.identity;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The server's side of one SASL authentication. One caller at a time. */
public interface SaslExchange {

  /**
   * Takes the client's initial response (null: none was sent) or its answer to the last challenge.
   * Never blocks: the stage may complete on another thread, never exceptionally.
   */
  CompletionStage<SaslStep> respond(byte @Nullable [] response);
}
