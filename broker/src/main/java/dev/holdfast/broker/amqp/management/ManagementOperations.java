package dev.holdfast.broker.amqp.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.broker.audit.AuditPeer;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Peer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code $management} does: the operations of AMQP Management on the kinds of things the
 * broker has. Any thread.
 */
public final class ManagementOperations implements ControlOperations {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementOperations.class);
  private static final String PREFIX = "holdfast:";
  private static final List<String> OPERATIONS =
      List.of("CREATE", "READ", "UPDATE", "DELETE", "QUERY");
  private static final long MOST_RESULTS = 10_000;

  private final Map<String, ManagedType> types;
  private final AuditTrail audit;

  /** With the kinds of things, each under its {@link ManagedType#name()}. */
  public ManagementOperations(List<ManagedType> all, AuditTrail audit) {
    Map<String, ManagedType> byName = new LinkedHashMap<>();
    all.forEach(type -> byName.put(PREFIX + type.name(), type));
    this.types = byName;
    this.audit = audit;
  }

  @Override
  public CompletionStage<ManagementReply> carryOut(Peer peer, ManagementRequest request) {
    Principal principal = peer.principal();
    String operation = request.parameter("operation");
    if (!operation.equals("CREATE") && !operation.equals("DELETE")) {
      return answer(principal, request);
    }
    AuditEvent asked =
        AuditEvent.of("admin.request", Outcome.OK)
            .by(new AuditPeer(principal.name(), null, "$management", -1, -1, null, null))
            .asked(operation, request.parameter("type") + ":" + request.parameter("name"))
            .correlation(UUID.randomUUID().toString());
    return audit
        .durably(asked)
        .handle(
            (written, failure) ->
                failure == null
                    ? answer(principal, request)
                    : done(ManagementReply.refused(503, "the request cannot be recorded")))
        .thenCompose(reply -> reply)
        .thenApply(
            reply -> {
              audit.keep(result(asked, reply.status()));
              return reply;
            });
  }

  private static AuditEvent result(AuditEvent asked, int status) {
    Outcome outcome = status == 401 || status == 403 ? Outcome.DENY : Outcome.ERROR;
    return AuditEvent.of("admin.result", status < 300 ? Outcome.OK : outcome)
        .code(status < 300 ? null : Integer.toString(status))
        .by(asked.peer())
        .asked(asked.operation(), asked.resource())
        .correlation(asked.correlation());
  }

  private CompletionStage<ManagementReply> answer(Principal principal, ManagementRequest request) {
    CompletionStage<ManagementReply> reply;
    try {
      reply = decide(principal, request);
    } catch (NodeException refused) {
      reply = CompletableFuture.failedStage(refused);
    } catch (IllegalArgumentException invalid) {
      reply = done(ManagementReply.refused(400, String.valueOf(invalid.getMessage())));
    }
    return reply.exceptionally(ManagementOperations::failed);
  }

  private static ManagementReply failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NodeException refused) {
      return ManagementReply.of(refused.error());
    }
    LOG.error("a management request failed", cause);
    return ManagementReply.refused(500, "the broker failed; its log says more");
  }

  private CompletionStage<ManagementReply> decide(Principal principal, ManagementRequest request) {
    String operation = request.parameter("operation");
    return switch (operation) {
      case "GET-TYPES" -> done(ManagementReply.ok(perType(List.of())));
      case "GET-OPERATIONS" -> done(ManagementReply.ok(perType(OPERATIONS)));
      case "GET-ATTRIBUTES" -> attributes();
      case "GET-MGMT-NODES" -> done(ManagementReply.ok(List.of()));
      case "QUERY" -> query(principal, request);
      case "CREATE" ->
          type(request)
              .create(principal, name(request), request.body())
              .thenApply(made -> new ManagementReply(201, "Created", made));
      case "UPDATE" ->
          type(request)
              .update(principal, name(request), request.body())
              .thenApply(ManagementReply::ok);
      case "READ" -> type(request).read(principal, name(request)).thenApply(ManagementReply::ok);
      case "DELETE" ->
          type(request)
              .delete(principal, name(request))
              .thenApply(gone -> new ManagementReply(204, "No Content", Map.of()));
      default ->
          done(
              ManagementReply.refused(
                  501,
                  "there is no operation "
                      + operation
                      + "; there are GET-TYPES, GET-OPERATIONS, GET-ATTRIBUTES, GET-MGMT-NODES and "
                      + String.join(", ", OPERATIONS)));
    };
  }

  private static CompletionStage<ManagementReply> done(ManagementReply reply) {
    return CompletableFuture.completedStage(reply);
  }

  private Map<String, Object> perType(List<String> value) {
    Map<String, Object> all = new LinkedHashMap<>();
    types.keySet().forEach(type -> all.put(type, value));
    return all;
  }

  private CompletionStage<ManagementReply> attributes() {
    Map<String, Object> all = new LinkedHashMap<>();
    types.forEach((name, type) -> all.put(name, type.attributes()));
    return done(ManagementReply.ok(all));
  }

  /** The type, with or without its prefix. */
  private ManagedType type(ManagementRequest request) {
    String name = request.parameter("type");
    ManagedType type = types.getOrDefault(name, types.get(PREFIX + name));
    if (type == null) {
      throw new IllegalArgumentException(
          "there is no type " + name + "; there are " + String.join(", ", types.keySet()));
    }
    return type;
  }

  private static String name(ManagementRequest request) {
    String name = request.parameter("name");
    if (name.isEmpty()) {
      name = request.parameter("identity");
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the application property name is missing");
    }
    return name;
  }

  private CompletionStage<ManagementReply> query(Principal principal, ManagementRequest request) {
    long offset = number(request, "offset", 0);
    long count = Math.min(MOST_RESULTS, number(request, "count", MOST_RESULTS));
    Object named = request.parameters().getOrDefault("entityType", "");
    List<ManagedType> wanted =
        String.valueOf(named).isEmpty()
            ? List.copyOf(types.values())
            : List.of(
                type(new ManagementRequest(null, null, Map.of("type", named), request.body(), "")));
    CompletionStage<List<Map<String, Object>>> all =
        CompletableFuture.completedStage(new ArrayList<>());
    for (ManagedType type : wanted) {
      all =
          all.thenCombine(
              type.list(principal),
              (before, more) -> {
                before.addAll(more);
                return before;
              });
    }
    return all.thenApply(found -> ManagementReply.ok(table(found, offset, count, request.body())));
  }

  private static long number(ManagementRequest request, String name, long absent) {
    Object value = request.parameters().getOrDefault(name, absent);
    if (!(value instanceof Number number) || number.longValue() < 0) {
      throw new IllegalArgumentException(
          "the application property " + name + " must be a number from 0 on");
    }
    return number.longValue();
  }

  private static Map<String, Object> table(
      List<Map<String, Object>> found, long offset, long count, Map<String, Object> body) {
    List<String> names = new ArrayList<>();
    if (body.get("attributeNames") instanceof List<?> wanted && !wanted.isEmpty()) {
      wanted.forEach(name -> names.add(String.valueOf(name)));
    } else {
      found.stream().flatMap(row -> row.keySet().stream()).distinct().forEach(names::add);
    }
    List<List<@Nullable Object>> results = new ArrayList<>();
    for (Map<String, Object> row : found.stream().skip(offset).limit(count).toList()) {
      List<@Nullable Object> values = new ArrayList<>();
      names.forEach(name -> values.add(row.get(name)));
      results.add(values);
    }
    Map<String, Object> table = new LinkedHashMap<>();
    table.put("attributeNames", names);
    table.put("results", results);
    table.put("count", results.size());
    return table;
  }
}
