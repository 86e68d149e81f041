package dev.weft.examples.frameworks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;

/** HTTP, with the answers to some questions, and none to others. */
final class HttpPeer extends Peer {
    private final String headers;
    private final Map<String, String> answers;

    /** The answers by what begins a request, as in {@code GET /hello}; each is a status and a body, as in {@code 200 hello}. */
    HttpPeer(String headers, Map<String, String> answers) {
        this.headers = headers;
        this.answers = answers;
    }

    @Override
    void answer(DataInputStream in, OutputStream out) throws IOException {
        String request = line(in);
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in))
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length: "))
                length = Integer.parseInt(header.substring("content-length: ".length()));
        in.readNBytes(length);
        String asks = request.replaceFirst("( [^ ?]*).*", "$1");
        seen.add(asks);
        if (answers.containsKey(asks)) send(out, answers.get(asks));
        else asked.complete(null); // and reads on, to see that the client leaves
    }

    private void send(OutputStream out, String answer) throws IOException {
        byte[] body = answer.substring(4).getBytes(UTF_8);
        String head = "HTTP/1.1 " + answer.substring(0, 3) + " -\r\n" + headers + "content-length: " + body.length;
        out.write((head + "\r\n\r\n").getBytes(UTF_8));
        out.write(body);
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) throw new EOFException();
            if (next != '\r') line.append((char) next);
        }
        return line.toString();
    }
}
