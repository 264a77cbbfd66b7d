package dev.holdfast.broker.management;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.broker.identity.UserInfo;
import dev.holdfast.broker.identity.UserStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Users: list, create, delete, new password. All of it needs the right to manage the broker. */
final class UserApi {
  private static final Set<String> NEW_FIELDS = Set.of("name", "password", "roles");
  private static final Set<String> PASSWORD_FIELDS = Set.of("password");

  private final UserStore users;
  private final AccessPolicy policy;

  UserApi(ManagementServices services) {
    this.users = services.users();
    this.policy = services.policy();
  }

  CompletionStage<ApiAnswer> list(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    ObjectNode answer = Json.object();
    var array = answer.putArray("users");
    for (UserInfo user : users.users()) {
      ObjectNode node = array.addObject().put("name", user.name());
      var roles = node.putArray("roles");
      user.roles().stream().sorted().forEach(roles::add);
      node.put("scheme", scheme(user))
          .put("created", user.created().toString())
          .put("enabled", user.enabled());
    }
    return CompletableFuture.completedStage(ApiAnswer.ok(answer));
  }

  CompletionStage<ApiAnswer> create(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    UserBody body = UserBody.parse(request.body(), NEW_FIELDS);
    String name = body.name();
    if (name == null) {
      body.clear();
      throw Json.invalid("the field name must be there and be a string");
    }
    return users
        .add(name, body.roles(), body.password())
        .thenApply(changed -> new ApiAnswer(201, show(changed)));
  }

  CompletionStage<ApiAnswer> delete(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    String name = request.variable(0);
    return users.remove(name).thenApply(none -> ApiAnswer.ok(Json.object().put("deleted", name)));
  }

  CompletionStage<ApiAnswer> setPassword(ApiRequest request) {
    request.authorised(policy, Permission.MANAGE);
    UserBody body = UserBody.parse(request.body(), PASSWORD_FIELDS);
    return users
        .setPassword(request.variable(0), body.password())
        .thenApply(changed -> new ApiAnswer(200, show(changed)));
  }

  CompletionStage<ApiAnswer> enable(ApiRequest request) {
    return enable(request, true);
  }

  CompletionStage<ApiAnswer> disable(ApiRequest request) {
    return enable(request, false);
  }

  private CompletionStage<ApiAnswer> enable(ApiRequest request, boolean enabled) {
    request.authorised(policy, Permission.MANAGE);
    return users
        .setEnabled(request.variable(0), enabled)
        .thenApply(
            user ->
                ApiAnswer.ok(
                    Json.object().put("name", user.name()).put("enabled", user.enabled())));
  }

  private static String scheme(UserInfo user) {
    return user.scheme().name().toLowerCase(Locale.ROOT);
  }

  /** Written field by field, so that a generated password never becomes a String. */
  private static byte[] show(UserStore.Changed changed) {
    UserInfo user = changed.user();
    byte[] password = changed.generated();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = Json.factory().createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("name", user.name());
      List<String> roles = user.roles().stream().sorted().toList();
      json.writeFieldName("roles");
      json.writeArray(roles.toArray(String[]::new), 0, roles.size());
      json.writeStringField("scheme", scheme(user));
      json.writeStringField("created", user.created().toString());
      json.writeBooleanField("enabled", user.enabled());
      if (password != null) {
        json.writeFieldName("password");
        json.writeUTF8String(password, 0, password.length);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory can always be written to", e);
    } finally {
      if (password != null) {
        Arrays.fill(password, (byte) 0);
      }
    }
    return out.toByteArray();
  }
}
