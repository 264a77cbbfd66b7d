package dev.holdfast.acl.rules;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The roles of a file while it is read. */
final class Roles {
  private static final int MOST_DEPTH = 8;

  private final Map<String, Role> roles = new LinkedHashMap<>();

  /** One of them. */
  private record Role(Set<String> members, int line) {}

  boolean has(String name) {
    return roles.containsKey(Who.ROLE + name);
  }

  void add(String name, Set<String> members, int line) {
    roles.put(Who.ROLE + name, new Role(members, line));
  }

  /** Notes roles that contain themselves, or others too deep. */
  void check(List<Problem> problems) {
    for (Map.Entry<String, Role> entry : roles.entrySet()) {
      if (!endsWithin(entry.getValue(), 1)) {
        problems.add(
            new Problem(
                entry.getValue().line(),
                1,
                entry.getKey()
                    + " contains itself, or roles within roles more than "
                    + MOST_DEPTH
                    + " deep"));
      }
    }
  }

  private boolean endsWithin(Role role, int depth) {
    if (depth > MOST_DEPTH) {
      return false;
    }
    for (String member : role.members()) {
      Role inner = roles.get(member);
      if (inner != null && !endsWithin(inner, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  /** For each word that stands for somebody, the roles that it has, however deep. */
  Map<String, Set<String>> closure() {
    Map<String, Set<String>> of = new HashMap<>();
    roles.forEach((name, role) -> role.members().forEach(member -> note(of, member, name)));
    // As deep as roles may go: each round adds the roles of the roles found before.
    for (int round = 1; round < MOST_DEPTH; round++) {
      for (Set<String> has : of.values()) {
        for (String role : List.copyOf(has)) {
          has.addAll(of.getOrDefault(role, Set.of()));
        }
      }
    }
    return of;
  }

  private static void note(Map<String, Set<String>> of, String member, String role) {
    of.computeIfAbsent(member, unknown -> new LinkedHashSet<>()).add(role);
  }
}
