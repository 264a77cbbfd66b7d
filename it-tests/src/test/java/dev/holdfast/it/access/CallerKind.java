package dev.holdfast.it.access;

/** How somebody who tries is known to the broker. */
enum CallerKind {
  /** By the kernel's word for his uid. */
  UID("uid:65101", "role:by-uid", "via unix", "via tls"),
  /** By the kernel's word for his group; of the uid no rule knows. */
  GID("gid:65202", "role:by-gid", "via unix", "from 127.0.0.0/8"),
  /** By a password, over TCP. */
  USER("user:mia", "role:by-name", "via loopback", "via unix"),
  /** By a certificate, over TLS. */
  CERTIFICATE("cert:spiffe://local/mia", "role:by-certificate", "tls >= 1.3", "via unix"),
  /** By a token whose scopes cover everything, over TCP. */
  TOKEN("token:" + CallerKind.ISSUER + "/mia", "role:by-token", "auth <= 12h", "via tls");

  /** Stands for the broker as an issuer of tokens, whose name is known once it has started. */
  static final String ISSUER = "THE-BROKER";

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

  /** Whether the management API is open to him. */
  boolean isLocal() {
    return this == UID || this == GID;
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
