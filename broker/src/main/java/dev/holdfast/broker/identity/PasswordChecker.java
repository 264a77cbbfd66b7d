package dev.holdfast.broker.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.acl.Principal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks passwords on a thread of its own: a hash is meant to be slow and must not hold up a
 * socket.
 *
 * <p>A name that does not exist, a name with the other kind of credential and a wrong password all
 * cost the same work: one SCRAM verification and one Argon2id hash. A success is remembered for a
 * minute as a keyed hash of name, stored credential and password, so that reconnecting clients do
 * not pay again and a change of the user ends it at once. Any thread.
 */
final class PasswordChecker implements AutoCloseable {
  private static final int QUEUED = 32;
  private static final int REMEMBERED = 1_000;
  private static final Duration REMEMBER_FOR = Duration.ofSeconds(60);

  private final UserStore users;
  private final byte[] bootKey = new byte[32];
  private final Cache<String, Principal> succeeded =
      Caffeine.newBuilder().maximumSize(REMEMBERED).expireAfterWrite(REMEMBER_FOR).build();
  private final ThreadPoolExecutor pool;

  PasswordChecker(UserStore users) {
    this.users = users;
    new SecureRandom().nextBytes(bootKey);
    this.pool =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUED),
            task -> {
              Thread thread = new Thread(task, "holdfast-passwords");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Checks and clears the password.
   *
   * @return authenticated, failed, or temporarily failed when too many checks are waiting
   */
  CompletionStage<SaslStep> check(String name, byte[] password) {
    Optional<User> user = users.usable(name);
    Principal known = user.map(u -> succeeded.getIfPresent(memory(u, password))).orElse(null);
    if (known != null) {
      Arrays.fill(password, (byte) 0);
      return CompletableFuture.completedStage(new SaslStep.Authenticated(known, new byte[0]));
    }
    try {
      return CompletableFuture.supplyAsync(() -> compare(name, user.orElse(null), password), pool);
    } catch (RejectedExecutionException e) {
      Arrays.fill(password, (byte) 0);
      return CompletableFuture.completedStage(new SaslStep.Failed(true));
    }
  }

  private SaslStep compare(String name, @Nullable User user, byte[] password) {
    try {
      if (!matches(name, user, password) || user == null) {
        return new SaslStep.Failed(false);
      }
      succeeded.put(memory(user, password), user.principal());
      return new SaslStep.Authenticated(user.principal(), new byte[0]);
    } finally {
      Arrays.fill(password, (byte) 0);
    }
  }

  /** Unless it matches, both kinds of hash have been computed once, whatever the user has. */
  private boolean matches(String name, @Nullable User user, byte[] password) {
    Credential credential = user == null ? null : user.credential();
    ScramVerifier scram =
        credential instanceof Credential.Scram s
            ? s.verifier(ScramHash.SHA_256)
            : scramImitation(name);
    boolean scramMatches = scram.matches(password);
    if (scramMatches && credential instanceof Credential.Scram) {
      return true;
    }
    Argon2Hash argon2 = credential instanceof Credential.Argon2 a ? a.hash() : argon2Imitation();
    return argon2.matches(password) && credential instanceof Credential.Argon2;
  }

  private ScramVerifier scramImitation(String name) {
    return ScramVerifier.imitation(ScramHash.SHA_256, users.imitationKey(), name);
  }

  private Argon2Hash argon2Imitation() {
    return Argon2Hash.imitation(users.imitationKey());
  }

  private String memory(User user, byte[] password) {
    String stored =
        user.credential() instanceof Credential.Scram scram
            ? scram.verifier(ScramHash.SHA_256).print()
            : ((Credential.Argon2) user.credential()).hash().print();
    byte[] prefix =
        (user.name() + '\0' + user.roles() + '\0' + stored + '\0').getBytes(StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(ScramHash.SHA_256.hmac(bootKey, prefix, password));
  }

  @Override
  public void close() {
    pool.shutdownNow();
    Arrays.fill(bootKey, (byte) 0);
  }
}
