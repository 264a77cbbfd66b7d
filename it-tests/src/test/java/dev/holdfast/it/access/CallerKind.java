package dev.holdfast.it.access;

/** How somebody who tries is known to the broker. */
enum CallerKind {
  /** By the kernel's word for his uid. */
  UID("uid:65101", "role:by-uid", "via unix", "via tls"),
  /** By the kernel's word for his group; of the uid no rule knows. */
  GID("gid:65202", "role:by-gid", "via unix", "from 127.0.0.0/8"),
  /** By a password, over TCP. */
  USER("user:mia", "role:by-name", "via loopback", "via unix");

  private final String who;
  private final String role;
  private final String met;
  private final String unmet;

  CallerKind(String who, String role, String met, String unmet) {
    this.who = who;
    this.role = role;
    this.met = met;
    this.unmet = unmet;
  }

  /** As rules call him. */
  String who() {
    return who;
  }

  /** A role that he has. */
  String role() {
    return role;
  }

  /** A condition that holds for him. */
  String met() {
    return met;
  }

  /** A condition that does not. */
  String unmet() {
    return unmet;
  }
}
