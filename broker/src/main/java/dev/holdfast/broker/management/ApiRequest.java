package dev.holdfast.broker.management;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that has been read and routed.
 *
 * @param caller who asks; null when the kernel could not tell
 * @param variables the variable segments of the path, decoded, in order
 * @param query the parameters of the query, the first of each name
 * @param body may be empty
 */
record ApiRequest(
    @Nullable Principal caller, List<String> variables, Map<String, String> query, byte[] body) {

  String variable(int index) {
    return variables.get(index);
  }

  /** The caller, or an answer with 401. */
  Principal principal() {
    return Optional.ofNullable(caller)
        .orElseThrow(
            () ->
                new ApiException(
                    ApiException.Code.UNAUTHENTICATED,
                    "the system does not tell which user this is"));
  }

  /** The caller if it may do this to the broker, or an answer with 401 or 403. */
  Principal authorised(AccessPolicy policy, Permission permission) {
    Principal principal = principal();
    Decision decision = policy.decide(principal, permission, Resource.THE_BROKER);
    if (!decision.allowed()) {
      throw new ApiException(
          ApiException.Code.UNAUTHORIZED,
          principal.name()
              + " may not do this; ask an administrator of the broker"
              + decision.reference());
    }
    return principal;
  }

  long number(String name, long from, long to, long absent) {
    String text = query.get(name);
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= from && value <= to) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw badNumber(name, from, to);
    }
    throw badNumber(name, from, to);
  }

  private static ApiException badNumber(String name, long from, long to) {
    return new ApiException(
        ApiException.Code.INVALID,
        "the parameter " + name + " must be a whole number from " + from + " to " + to);
  }

  boolean flag(String name, boolean absent) {
    String text = query.getOrDefault(name, Boolean.toString(absent));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new ApiException(
              ApiException.Code.INVALID, "the parameter " + name + " must be true or false");
    };
  }
}
