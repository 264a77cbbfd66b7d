package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.Peer;
import java.util.concurrent.CompletionStage;

/** What a control node does with requests. Any thread; on a worker. */
interface ControlOperations {

  /** Carries a request out; never fails, a refusal is a reply too. */
  CompletionStage<ManagementReply> carryOut(Peer peer, ManagementRequest request);
}
