package dev.weft.examples.frameworks;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import org.bson.BsonDocument;
import org.bson.ByteBuf;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** MongoDB's messages, and three collections: one with two documents, one that answers late, one that breaks off at first. */
final class MongoPeer extends Peer {
    private static final int HEADER = 16;
    private static final int OP_MSG = 2013;

    /** Completed to answer for the collection that is late. */
    final CompletableFuture<Void> late = new CompletableFuture<>();

    @Override
    void answer(DataInputStream in, OutputStream out) throws IOException {
        var header = ByteBuffer.wrap(in.readNBytes(HEADER)).order(ByteOrder.LITTLE_ENDIAN);
        if (header.remaining() < HEADER) throw new EOFException();
        byte[] body = in.readNBytes(header.getInt(0) - HEADER);
        var command = new RawBsonDocument(body, 5, body.length - 5); // after flags and the kind of the section
        String reply = reply(command);
        if (reply == null) breakOff();
        else send(out, header.getInt(4), BsonDocument.parse(reply));
    }

    private String reply(BsonDocument command) {
        String verb = command.getFirstKey();
        if (!verb.equals("find")) return "{ok: 1, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 25}";
        String collection = command.getString("find").getValue();
        boolean before = seen.contains("find " + collection);
        seen.add("find " + collection);
        if (collection.equals("late")) {
            asked.complete(null);
            late.join();
        }
        if (collection.equals("lost") && !before) return null;
        return "{ok: 1, cursor: {id: {$numberLong: '0'}, ns: 'shop." + collection
                + "', firstBatch: [{name: 'ann'}, {name: 'ben'}]}}";
    }

    private static void send(OutputStream out, int request, BsonDocument reply) throws IOException {
        ByteBuf document = new RawBsonDocument(reply, new BsonDocumentCodec()).getByteBuffer();
        var message = ByteBuffer.allocate(HEADER + 5 + document.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        message.putInt(message.capacity()).putInt(0).putInt(request).putInt(OP_MSG);
        message.putInt(0).put((byte) 0).put(document.asNIO());
        out.write(message.array());
    }
}
