package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.Upload;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.log.RowFamily;
import java.util.List;
import java.util.Random;

/** Some messages of the simulation are large, and some uploads come to nothing. */
final class SimUploads {
  private SimUploads() {}

  /** The message, or the same as a large one whose parts are added to the batch. */
  static IncomingMessage perhaps(
      IncomingMessage message, int id, PublisherPort port, Random random, List<OwnerCommand> to) {
    int dice = random.nextInt(12);
    if (dice == 0) {
      to.add(new OwnerCommand.DropUpload(upload(id, port, random, to)));
    }
    return dice > 2 ? message : message.followedBy(upload(id, port, random, to), message.marks());
  }

  private static Upload upload(int id, PublisherPort port, Random random, List<OwnerCommand> to) {
    Upload upload = new Upload();
    for (int i = random.nextInt(3); i >= 0; i--) {
      byte[] part = SimModel.body(id, 4 + random.nextInt(200));
      upload.add(part.length);
      to.add(new OwnerCommand.StorePart(port, upload, part));
    }
    return upload;
  }

  /** What is delivered can be read, and is its own. */
  static void checkParts(Rig rig, StoredMessage message) {
    StoredBlob blob = message.blob();
    for (int i = 0; blob != null && i < blob.parts(); i++) {
      byte[] part;
      try {
        part = rig.store.readPart(blob, i);
      } catch (StoreException e) {
        throw new AssertionError(e);
      }
      check(part != null, "part " + i + " of a delivered message is gone");
      check(SimModel.id(part) == SimModel.id(message.body()), "a part of another message");
    }
  }

  /** Nothing is stored that no message has, once nothing is under way. */
  static void checkNothingLeft(Rig rig) {
    long rows = 0;
    java.util.Set<StoredBlob> blobs = new java.util.HashSet<>();
    StoreView view = rig.store.view();
    for (int id : view.logIds()) {
      StoreView.LogView log = view.log(id);
      ChunkInfo chunk = log.chunkAtOrAfter(0);
      while (chunk != null) {
        rows++;
        if (chunk.blob() != null && blobs.add(chunk.blob())) {
          rows += chunk.blob().parts();
        }
        chunk = log.chunkAtOrAfter(chunk.endSequence());
      }
    }
    int stored = rig.store.disk().rows(RowFamily.BODY).size();
    check(stored == rows, "there are " + stored + " rows of bodies, and messages have " + rows);
  }
}
