package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.rules.Expectations;
import dev.holdfast.acl.rules.Explanation;
import dev.holdfast.acl.rules.Problem;
import dev.holdfast.acl.rules.Rule;
import dev.holdfast.acl.rules.RuleDiff;
import dev.holdfast.acl.rules.RuleSet;
import dev.holdfast.acl.rules.RuleText;
import dev.holdfast.acl.rules.RulesException;
import dev.holdfast.broker.access.AccessRules;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Access rules and signals. All of it needs the right to manage the broker. */
final class AccessApi {
  private static final int SMALL_BODY = 64 << 10;
  private static final int RULES_BODY = 8 << 20;
  private static final Set<String> RIGHT = Set.of("who", "permission", "resource");

  private final AccessRules access;
  private final AccessPolicy policy;
  private final Executor workers;

  private AccessApi(ManagementServices services, Executor workers) {
    this.access = services.access();
    this.policy = services.policy();
    this.workers = workers;
  }

  static List<Route> routes(String api, ManagementServices services, Executor workers) {
    AccessApi rules = new AccessApi(services, workers);
    return List.of(
        new Route("GET", api + "/acl", SMALL_BODY, rules::show),
        new Route("POST", api + "/acl/grant", SMALL_BODY, request -> rules.change(request, true)),
        new Route("POST", api + "/acl/revoke", SMALL_BODY, request -> rules.change(request, false)),
        new Route("POST", api + "/acl/reload", SMALL_BODY, rules::reload),
        new Route("POST", api + "/acl/explain", SMALL_BODY, rules::explain),
        new Route("POST", api + "/acl/check", RULES_BODY, rules::check),
        new Route("POST", api + "/acl/test", RULES_BODY, rules::test),
        new Route("GET", api + "/signals", SMALL_BODY, rules::signals),
        new Route("PUT", api + "/signals/{name}", SMALL_BODY, rules::signal));
  }

  /** Something that may find a text wrong. */
  private interface Work {
    ApiAnswer run() throws RulesException, IOException;
  }

  private CompletionStage<ApiAnswer> work(ApiRequest request, Work work) {
    request.authorised(policy, Permission.MANAGE);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.run();
          } catch (RulesException e) {
            throw Json.invalid(access.path() + " is no set of rules: " + e.getMessage());
          } catch (IOException e) {
            throw new ApiException(
                ApiException.Code.UNAVAILABLE,
                access.path() + " was not changed: " + e.getMessage());
          } catch (IllegalArgumentException e) {
            throw Json.invalid(String.valueOf(e.getMessage()));
          }
        },
        workers);
  }

  private CompletionStage<ApiAnswer> show(ApiRequest request) {
    return work(
        request,
        () -> {
          AccessRules.Snapshot now = access.snapshot();
          ObjectNode answer =
              Json.object().put("file", access.path()).put("generation", now.state().generation());
          ArrayNode rules = answer.putArray("rules");
          for (Rule rule : now.state().rules().rules()) {
            rules.add(
                Json.object()
                    .put("line", rule.lines().first())
                    .put("rule", rule.text())
                    .put("id", rule.id()));
          }
          add(answer.putArray("warnings"), now.warnings());
          add(answer.putArray("problems"), now.problems());
          return ApiAnswer.ok(answer.put("text", now.text()));
        });
  }

  private static void add(ArrayNode to, List<Problem> problems) {
    for (Problem problem : problems) {
      to.add(
          Json.object()
              .put("line", problem.line())
              .put("column", problem.column())
              .put("problem", problem.text()));
    }
  }

  private CompletionStage<ApiAnswer> change(ApiRequest request, boolean grant) {
    return work(
        request,
        () -> {
          ObjectNode body = Json.object(request.body(), RIGHT);
          RuleText.Right right =
              RuleText.Right.parse(
                  Json.text(body, "who"),
                  Json.text(body, "permission"),
                  Json.text(body, "resource"));
          boolean changed = grant ? access.grant(right) : access.revoke(right);
          return ApiAnswer.ok(Json.object().put("rule", "allow " + right).put("changed", changed));
        });
  }

  private CompletionStage<ApiAnswer> reload(ApiRequest request) {
    return work(request, () -> ApiAnswer.ok(Json.object().put("rules", access.reload())));
  }

  private CompletionStage<ApiAnswer> explain(ApiRequest request) {
    return work(
        request,
        () -> {
          Explanation.Request asked = AccessQuestion.of(request.body());
          Explanation explained = access.explain(asked);
          ObjectNode answer =
              Json.object()
                  .put("decision", explained.decision().allowed() ? "allow" : "deny")
                  .put("why", explained.decision().why())
                  .put("perMessage", explained.decision().perMessage())
                  .put("change", explained.remedy())
                  .put("file", access.path());
          ArrayNode rules = answer.putArray("rules");
          for (Explanation.Finding finding : explained.rules()) {
            rules.add(
                Json.object()
                    .put("line", finding.rule().lines().first())
                    .put("rule", finding.rule().text())
                    .put("matches", finding.matches())
                    .put("why", finding.why()));
          }
          return ApiAnswer.ok(answer);
        });
  }

  /** Whether a text is a set of rules, and how it differs from what is in force. */
  private CompletionStage<ApiAnswer> check(ApiRequest request) {
    return work(
        request,
        () -> {
          String text = Json.text(Json.object(request.body(), Set.of("text")), "text");
          ObjectNode answer = Json.object();
          try {
            RuleSet set = RuleSet.parse(text);
            RuleDiff diff = RuleDiff.between(access.policy().state().rules(), set);
            answer.put("valid", true).put("rules", set.rules().size());
            answer.putArray("problems");
            add(answer.putArray("warnings"), set.warnings(System.currentTimeMillis()));
            diff.added().forEach(answer.putArray("added")::add);
            diff.removed().forEach(answer.putArray("removed")::add);
          } catch (RulesException e) {
            add(answer.put("valid", false).putArray("problems"), e.problems());
          }
          return ApiAnswer.ok(answer);
        });
  }

  /** Holds rules, those in force unless others are given, to expectations. */
  private CompletionStage<ApiAnswer> test(ApiRequest request) {
    return work(
        request,
        () -> {
          ObjectNode body = Json.object(request.body(), Set.of("expectations", "text"));
          JsonNode text = Json.optional(body, "text");
          RuleSet set =
              text == null ? access.policy().state().rules() : RuleSet.parse(text.asText());
          Expectations expectations;
          try {
            expectations = Expectations.parse(Json.text(body, "expectations"));
          } catch (RulesException e) {
            throw Json.invalid("the expectations cannot be read: " + e.getMessage());
          }
          List<Problem> unmet = expectations.unmet(set, System.currentTimeMillis());
          ObjectNode answer = Json.object().put("expectations", expectations.size());
          add(answer.putArray("unmet"), unmet);
          return ApiAnswer.ok(answer);
        });
  }

  private CompletionStage<ApiAnswer> signals(ApiRequest request) {
    return work(
        request,
        () -> {
          ObjectNode answer = Json.object();
          access.policy().state().signals().stream()
              .sorted()
              .forEach(answer.putArray("signals")::add);
          return ApiAnswer.ok(answer);
        });
  }

  private CompletionStage<ApiAnswer> signal(ApiRequest request) {
    return work(
        request,
        () -> {
          String name = request.variable(0);
          boolean on = Json.flag(Json.object(request.body(), Set.of("set")), "set", true);
          Expectations.checkSignal(name);
          return ApiAnswer.ok(
              Json.object()
                  .put("signal", name)
                  .put("set", on)
                  .put("changed", access.signal(name, on)));
        });
  }
}
