package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Changes settings of a node that is there.
 *
 * @param kind what it is called
 * @param name of it
 * @param path of it in the management API
 */
record SettingsChange(HoldfastCommand root, String kind, String name, String path) {

  /** Carries it out, or only shows what would change. */
  ExitCode carryOut(Map<String, Object> change, boolean dryRun) throws CommandFailure, IOException {
    if (change.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "usage",
          "name a setting to change; see holdfast " + kind + " edit --help");
    }
    if (dryRun) {
      preview(change);
      return ExitCode.OK;
    }
    JsonObject node = root.broker().patch(path, change);
    root.output().result(word() + " " + name + " changed", node.fields());
    return ExitCode.OK;
  }

  private String word() {
    return kind.equals("sub") ? "subscription" : kind;
  }

  private void preview(Map<String, Object> change) throws CommandFailure, IOException {
    Output output = root.output();
    JsonObject before = root.broker().get(path);
    Map<String, Object> preview = new LinkedHashMap<>();
    preview.put("dryRun", true);
    preview.put("action", "edit");
    preview.put("name", name);
    for (Map.Entry<String, Object> setting : change.entrySet()) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("from", before.fields().get(setting.getKey()));
      step.put("to", setting.getValue());
      preview.put(setting.getKey(), step);
      if (output.isTable()) {
        output.line(
            "would change %s from %s to %s"
                .formatted(setting.getKey(), step.get("from"), step.get("to")));
      }
    }
    if (!output.isTable()) {
      output.json(preview);
    }
  }
}
