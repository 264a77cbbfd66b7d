package dev.holdfast.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.identity.UserException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-21T01:02:03Z");

  @TempDir Path directory;
  private Path file;
  private UserStore users;

  @BeforeEach
  void open() {
    file = directory.resolve("users");
    users = UserStore.open(file, InstantSource.fixed(NOW));
  }

  @AfterEach
  void close() {
    users.close();
  }

  private void reopen() {
    users.close();
    users = UserStore.open(file, InstantSource.fixed(NOW));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void keepsUsersAcrossRestarts() throws Exception {
    UserStore.Changed alice = get(users.add("alice", Set.of("admin"), null));
    get(users.add("bob", Set.of(), "correct horse".getBytes(UTF_8)));
    List<UserInfo> before = users.users();
    reopen();
    assertThat(users.users()).isEqualTo(before);
    assertThat(before)
        .containsExactly(
            new UserInfo("alice", Set.of("admin"), UserInfo.Scheme.SCRAM, NOW, true),
            new UserInfo("bob", Set.of(), UserInfo.Scheme.ARGON2ID, NOW, true));
    Credential.Scram scram = (Credential.Scram) users.usable("alice").orElseThrow().credential();
    assertThat(scram.verifier(ScramHash.SHA_512).matches(alice.generated())).isTrue();
    Credential.Argon2 argon2 = (Credential.Argon2) users.usable("bob").orElseThrow().credential();
    assertThat(argon2.hash().matches("correct horse".getBytes(UTF_8))).isTrue();
    assertThat(argon2.hash().matches("correct hors".getBytes(UTF_8))).isFalse();
  }

  @Test
  void fileIsForItsOwnerOnlyAndHoldsNoPassword() throws Exception {
    UserStore.Changed alice = get(users.add("alice", Set.of(), null));
    byte[] chosen = "correct horse".getBytes(UTF_8);
    get(users.add("bob", Set.of(), chosen));
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(Files.readString(file))
        .doesNotContain(new String(alice.generated(), UTF_8))
        .doesNotContain("correct horse")
        .contains("bob:enabled::argon2id:$argon2id$v=19$m=19456,t=2,p=1$");
    assertThat(chosen).as("cleared").containsOnly(0);
    assertThat(alice.toString()).doesNotContain(new String(alice.generated(), UTF_8));
  }

  @Test
  void refusesAFileThatOthersCanRead() throws Exception {
    users.close();
    for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx------")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              UserException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PERMISSIONS))
          .hasMessageContaining("chmod 600");
    }
    Files.delete(file);
    Files.createSymbolicLink(file, Files.createFile(directory.resolve("elsewhere")));
    assertThatThrownBy(this::open).hasMessageContaining("symbolic link");
  }

  @Test
  void failedWriteChangesNothing() throws Exception {
    get(users.add("alice", Set.of(), null));
    String before = Files.readString(file);
    Path blocker = Files.createDirectory(directory.resolve("users.tmp"));
    Files.createFile(blocker.resolve("occupied"));
    assertThatThrownBy(() -> get(users.add("bob", Set.of(), null)))
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IO));
    assertThat(Files.readString(file)).isEqualTo(before);
    assertThat(users.users()).extracting(UserInfo::name).containsExactly("alice");
    assertThat(users.usable("bob")).isEmpty();
  }

  @Test
  void halfWrittenFileOfACrashIsNotLookedAt() throws Exception {
    get(users.add("alice", Set.of(), null));
    Files.writeString(directory.resolve("users.tmp"), "holdfast-users:1:torn");
    reopen();
    assertThat(users.users()).hasSize(1);
    get(users.add("bob", Set.of(), null));
    reopen();
    assertThat(users.users()).hasSize(2);
    assertThat(directory.resolve("users.tmp")).doesNotExist();
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    get(users.add("alice", Set.of(), null));
    refused(Reason.CONFLICT, users.add("alice", Set.of(), null));
    refused(Reason.NOT_FOUND, users.remove("bob"));
    refused(Reason.NOT_FOUND, users.setPassword("bob", null));
    for (String name : List.of("", " a", "a:b", "a/b", "a\nb", "a\u202eb", "x".repeat(257))) {
      refused(Reason.INVALID, users.add(name, Set.of(), null));
    }
    refused(Reason.INVALID, users.add("bob", Set.of("admim"), null));
    refused(Reason.INVALID, users.add("bob", Set.of(), "short".getBytes(UTF_8)));
    refused(Reason.INVALID, users.add("bob", Set.of(), new byte[2000]));
    refused(Reason.INVALID, users.add("bob", Set.of(), "nul \0 inside".getBytes(UTF_8)));
  }

  private static void refused(Reason reason, CompletionStage<?> change) {
    assertThatThrownBy(() -> get(change))
        .isInstanceOfSatisfying(UserException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void damagedFileNamesTheLineAndNotItsContent() throws Exception {
    get(users.add("alice", Set.of(), null));
    users.close();
    String good = Files.readString(file);
    for (String bad :
        List.of(
            "",
            "x",
            good + "bob:enabled\n",
            good.replace("scram:sha512", "scram:sha1"),
            good + good.lines().toList().get(1),
            good.replace(",4096,", ",1,"))) {
      Files.writeString(file, bad);
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              UserException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
          .hasMessageContaining("line ");
    }
    Files.writeString(file, good);
    open();
  }

  @Test
  void disabledAndExpiredUsersDoNotGetIn() throws Exception {
    get(users.add("alice", Set.of(), null));
    users.close();
    String good = Files.readString(file);
    Files.writeString(file, good.replace("alice:enabled", "alice:disabled"));
    open();
    assertThat(users.usable("alice")).isEmpty();
    users.close();
    Files.writeString(file, good.strip() + NOW.getEpochSecond() + "\n");
    open();
    assertThat(users.usable("alice")).isEmpty();
    users.close();
    Files.writeString(file, good.strip() + (NOW.getEpochSecond() + 1) + "\n");
    open();
    assertThat(users.usable("alice")).isPresent();
  }
}
