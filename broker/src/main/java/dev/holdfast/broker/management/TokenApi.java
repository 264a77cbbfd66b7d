package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.identity.token.TokenInfo;
import dev.holdfast.broker.identity.token.TokenService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Tokens: issue, list, revoke. All of it needs the right to manage the broker. */
final class TokenApi {
  private static final int SMALL_BODY = 64 << 10;
  private static final Set<String> FIELDS = Set.of("name", "scopes", "roles", "ttlSeconds", "uid");
  private static final Set<String> OWN_FIELDS = Set.of("scopes", "ttlSeconds");
  private static final long DEFAULT_TTL = 15 * 60;
  private static final long LONGEST_TTL = 24 * 3_600;
  private static final long MAX_UID = 0xFFFF_FFFEL;

  private final TokenService tokens;
  private final AccessPolicy policy;
  private final Executor workers;

  private TokenApi(ManagementServices services, Executor workers) {
    this.tokens = services.tokens();
    this.policy = services.policy();
    this.workers = workers;
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    TokenApi tokens = new TokenApi(services, workers);
    return List.of(
        new Route("GET", api + "/tokens", SMALL_BODY, tokens::list),
        new Route("POST", api + "/tokens", SMALL_BODY, tokens::issue),
        new Route("POST", api + "/tokens/self", SMALL_BODY, tokens::issueForOneself),
        new Route("DELETE", api + "/tokens/{name}", SMALL_BODY, tokens::revoke));
  }

  private CompletionStage<ApiAnswer> list(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    ObjectNode answer = Json.object();
    var array = answer.putArray("tokens");
    tokens.list().forEach(info -> array.add(show(info)));
    return CompletableFuture.completedStage(ApiAnswer.ok(answer));
  }

  private CompletionStage<ApiAnswer> issue(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    ObjectNode body = Json.object(request.body(), FIELDS);
    TokenService.Request wanted =
        new TokenService.Request(
            Json.text(body, "name"),
            texts(body, "scopes"),
            new HashSet<>(texts(body, "roles")),
            Duration.ofSeconds(Json.number(body, "ttlSeconds", 1, LONGEST_TTL, DEFAULT_TTL)),
            Json.number(body, "uid", 0, MAX_UID, -1));
    return CompletableFuture.supplyAsync(() -> tokens.issue(wanted), workers)
        .thenApply(issued -> ApiAnswer.created(show(issued.info()).put("token", issued.token())));
  }

  /** Needs no right: such a token allows less than the caller may do anyway. */
  private CompletionStage<ApiAnswer> issueForOneself(ApiRequest request) {
    Principal caller = request.principal();
    ObjectNode body = Json.object(request.body(), OWN_FIELDS);
    List<String> scopes = texts(body, "scopes");
    Duration life =
        Duration.ofSeconds(Json.number(body, "ttlSeconds", 1, DEFAULT_TTL, DEFAULT_TTL));
    TokenService.Bearer bound = new TokenService.Bearer(uid(caller), Set.of());
    return CompletableFuture.supplyAsync(
            () -> tokens.issueFor(caller, scopes, life, bound), workers)
        .thenApply(issued -> ApiAnswer.created(show(issued.info()).put("token", issued.token())));
  }

  /** Callers of the API are known by the kernel's word for their uid. */
  private static long uid(Principal caller) {
    return Long.parseLong(caller.name().substring(caller.name().indexOf(':') + 1));
  }

  private static List<String> texts(ObjectNode body, String field) {
    List<String> texts = new ArrayList<>();
    JsonNode array = Json.optional(body, field);
    if (array != null && !array.isArray()) {
      throw Json.invalid("the field " + field + " must be a list of strings");
    }
    if (array != null) {
      for (JsonNode one : array) {
        if (!one.isTextual()) {
          throw Json.invalid("the field " + field + " must be a list of strings");
        }
        texts.add(one.textValue());
      }
    }
    return texts;
  }

  private CompletionStage<ApiAnswer> revoke(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    String name = request.variable(0);
    return CompletableFuture.supplyAsync(() -> tokens.revoke(name), workers)
        .thenApply(
            count -> {
              if (count == 0) {
                throw new ApiException(
                    ApiException.Code.NOT_FOUND, "there is no token with this id or name");
              }
              return ApiAnswer.ok(Json.object().put("revoked", count));
            });
  }

  private static ObjectNode show(TokenInfo info) {
    ObjectNode node = Json.object().put("id", info.id()).put("name", info.subject());
    info.scopes().forEach(node.putArray("scopes")::add);
    info.roles().stream().sorted().forEach(node.putArray("roles")::add);
    if (info.uid() >= 0) {
      node.put("uid", info.uid());
    }
    return node.put("issued", info.issued().toString())
        .put("expires", info.expires().toString())
        .put("revoked", info.revoked());
  }
}
