package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.identity.UserException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The users who log in with a password, kept in one small file.
 *
 * <p>Threading: reading is for any thread and never blocks. Changes run one after the other on a
 * thread of the store's own; their stages complete there, after the file is safely replaced, or
 * exceptionally with a {@link UserException}.
 */
public final class UserStore implements AutoCloseable {
  private static final int GENERATED_BYTES = 24;
  private static final int MIN_CHOSEN_BYTES = 8;
  private static final int MAX_CHOSEN_BYTES = 1024;
  private static final int QUEUED_CHANGES = 64;
  private static final Set<String> KNOWN_ROLES = Set.of(Principal.ADMIN);

  private final UserFile file;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final ThreadPoolExecutor changes;

  /** Written by the changes thread only, read by any. */
  private volatile UserFile.Content content;

  private UserStore(UserFile file, UserFile.Content content, InstantSource clock) {
    this.file = file;
    this.content = content;
    this.clock = clock;
    this.changes =
        new ThreadPoolExecutor(
            1,
            1,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUED_CHANGES),
            task -> {
              Thread thread = new Thread(task, "holdfast-users");
              thread.setDaemon(true);
              return thread;
            });
    changes.allowCoreThreadTimeOut(true);
  }

  /**
   * Reads the file, or makes an empty one with mode 0600.
   *
   * @throws UserException {@code PERMISSIONS}, {@code CORRUPT} or {@code IO}
   */
  public static UserStore open(Path path, InstantSource clock) {
    UserFile file = new UserFile(path);
    if (file.exists()) {
      return new UserStore(file, file.read(), clock);
    }
    byte[] imitationKey = new byte[32];
    new SecureRandom().nextBytes(imitationKey);
    UserFile.Content empty = new UserFile.Content(imitationKey, Map.of());
    file.write(empty);
    return new UserStore(file, empty, clock);
  }

  /** All users, by name. */
  public List<UserInfo> users() {
    return content.users().values().stream()
        .map(User::info)
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .toList();
  }

  /**
   * Makes a user.
   *
   * @param roles of the roles that exist
   * @param password the chosen password in UTF-8, cleared afterwards; null: one is generated
   */
  public CompletionStage<Changed> add(String name, Set<String> roles, byte @Nullable [] password) {
    String normal = UserName.normalise(name);
    return change(
        () -> {
          UserName.problem(normal).ifPresent(UserStore::invalid);
          if (normal.equals(TokenChecker.PLAIN_NAME)) {
            invalid("the name token stands for tokens");
          }
          roles.stream()
              .filter(r -> !KNOWN_ROLES.contains(r))
              .findFirst()
              .ifPresent(r -> invalid("there is no role '" + r + "'; there is: admin"));
          if (content.users().containsKey(normal)) {
            throw new UserException(Reason.CONFLICT, "user '" + normal + "' exists already");
          }
          Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
          return store(normal, password, c -> new User(normal, true, roles, c, now, null));
        },
        password);
  }

  /** Sets the chosen password (UTF-8, cleared afterwards), or generates one when it is null. */
  public CompletionStage<Changed> setPassword(String name, byte @Nullable [] password) {
    String normal = UserName.normalise(name);
    return change(
        () -> {
          User user = existing(normal);
          return store(normal, password, user::withCredential);
        },
        password);
  }

  /** Lets a user log in, or not. */
  public CompletionStage<UserInfo> setEnabled(String name, boolean enabled) {
    String normal = UserName.normalise(name);
    return change(
        () -> {
          User user = existing(normal).withEnabled(enabled);
          Map<String, User> users = new HashMap<>(content.users());
          users.put(normal, user);
          replace(users);
          return user.info();
        },
        null);
  }

  /** Removes a user. */
  public CompletionStage<Void> remove(String name) {
    String normal = UserName.normalise(name);
    return change(
        () -> {
          existing(normal);
          Map<String, User> users = new HashMap<>(content.users());
          users.remove(normal);
          replace(users);
          return null;
        },
        null);
  }

  /** Ends the changes thread after what was asked before. */
  @Override
  public void close() {
    changes.shutdown();
    try {
      // A change is a hash and one small fsync.
      changes.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The user of this name who may log in now. */
  Optional<User> usable(String name) {
    // Whether the user exists or not, the same is done.
    Instant now = clock.instant();
    User user = content.users().get(UserName.normalise(name));
    return user != null && user.usableAt(now) ? Optional.of(user) : Optional.empty();
  }

  /** Whether somebody can log in with PLAIN only. */
  boolean hasChosenPasswords() {
    return content.users().values().stream()
        .anyMatch(u -> u.enabled() && u.credential() instanceof Credential.Argon2);
  }

  byte[] imitationKey() {
    return content.imitationKey();
  }

  private Changed store(String name, byte @Nullable [] password, Function<Credential, User> made) {
    byte[] generated = password == null ? generate() : null;
    Credential credential =
        password == null ? scram(Objects.requireNonNull(generated)) : argon2(password);
    User user = made.apply(credential);
    Map<String, User> users = new HashMap<>(content.users());
    users.put(name, user);
    replace(users);
    return new Changed(user.info(), generated);
  }

  private void replace(Map<String, User> users) {
    UserFile.Content next = new UserFile.Content(content.imitationKey(), Map.copyOf(users));
    file.write(next);
    content = next;
  }

  private User existing(String name) {
    User user = content.users().get(name);
    if (user == null) {
      throw new UserException(Reason.NOT_FOUND, "there is no user '" + name + "'");
    }
    return user;
  }

  private byte[] generate() {
    byte[] secret = new byte[GENERATED_BYTES];
    random.nextBytes(secret);
    byte[] text = Base64.getUrlEncoder().withoutPadding().encode(secret);
    Arrays.fill(secret, (byte) 0);
    return text;
  }

  private Credential scram(byte[] password) {
    return new Credential.Scram(
        Arrays.stream(ScramHash.values())
            .map(
                hash ->
                    ScramVerifier.of(
                        hash, password, salt(ScramVerifier.SALT_BYTES), ScramVerifier.ITERATIONS))
            .toList());
  }

  private Credential argon2(byte[] password) {
    if (password.length < MIN_CHOSEN_BYTES || password.length > MAX_CHOSEN_BYTES) {
      invalid(
          "a password has "
              + MIN_CHOSEN_BYTES
              + " to "
              + MAX_CHOSEN_BYTES
              + " bytes; leave it out to have a strong one generated");
    }
    if (new String(password, StandardCharsets.UTF_8).chars().anyMatch(c -> c == 0)) {
      invalid("a password must not contain the character NUL");
    }
    return new Credential.Argon2(Argon2Hash.of(password, salt(Argon2Hash.SALT_BYTES)));
  }

  private byte[] salt(int bytes) {
    byte[] salt = new byte[bytes];
    random.nextBytes(salt);
    return salt;
  }

  private static void invalid(String why) {
    throw new UserException(Reason.INVALID, why);
  }

  private <T extends @Nullable Object> CompletionStage<T> change(
      Supplier<T> what, byte @Nullable [] secret) {
    try {
      return CompletableFuture.supplyAsync(what, changes)
          .whenComplete((result, failure) -> clear(secret));
    } catch (RejectedExecutionException e) {
      clear(secret);
      return CompletableFuture.failedFuture(
          new UserException(Reason.IO, "too many changes of users at once; try again"));
    }
  }

  private static void clear(byte @Nullable [] secret) {
    if (secret != null) {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /**
   * A user was made or has another password.
   *
   * @param user the user now
   * @param generated the generated password in ASCII, told this once; null when it was given. The
   *     receiver clears it
   */
  public record Changed(UserInfo user, byte @Nullable [] generated) {

    @Override
    public String toString() {
      return "Changed[" + user.name() + "]";
    }
  }
}
