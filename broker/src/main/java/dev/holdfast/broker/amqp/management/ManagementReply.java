package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.NodeError;
import java.nio.BufferOverflowException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reply of {@code $management}.
 *
 * @param status as in HTTP
 * @param description one sentence
 * @param body a map, a list or a string
 */
record ManagementReply(int status, String description, Object body) {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementReply.class);
  private static final int FIRST_BUFFER = 4 * 1024;

  static ManagementReply ok(Object body) {
    return new ManagementReply(200, "OK", body);
  }

  static ManagementReply refused(int status, String description) {
    return new ManagementReply(status, description, Map.of());
  }

  static ManagementReply of(NodeError error) {
    int status =
        switch (error.code()) {
          case NOT_FOUND, DELETED -> 404;
          case UNAUTHORIZED -> 403;
          case CONFLICT, LOCKED, NOT_ALLOWED, PRECONDITION_FAILED, DUPLICATE -> 409;
          case INVALID -> 400;
          case MESSAGE_TOO_LARGE -> 413;
          case NOT_IMPLEMENTED -> 501;
          case FORCED -> 503;
          case RESOURCE_LIMIT_EXCEEDED -> 507;
          case UNKNOWN_TRANSACTION, TRANSACTION_ROLLBACK, TRANSACTION_TIMEOUT, INTERNAL -> 500;
        };
    return refused(status, error.description());
  }

  /** The message, from its properties on. */
  byte[] encode(ManagementRequest request) {
    Message message = Proton.message();
    message.setCorrelationId(request.correlationId());
    message.setAddress(request.replyTo());
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("statusCode", status);
    properties.put("statusDescription", description);
    // As claims-based security spells them; whoever looks for one does not mind the other.
    properties.put("status-code", status);
    properties.put("status-description", description);
    message.setApplicationProperties(new ApplicationProperties(properties));
    message.setBody(new AmqpValue(body));
    for (int room = FIRST_BUFFER; ; room = Math.multiplyExact(room, 2)) {
      byte[] buffer = new byte[room];
      try {
        return Arrays.copyOf(buffer, message.encode(buffer, 0, room));
      } catch (BufferOverflowException more) {
        LOG.trace("a reply has more than {} bytes", room);
      }
    }
  }
}
