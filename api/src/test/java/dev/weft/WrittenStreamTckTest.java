package dev.weft;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** {@code fromOutputStream}, eight bytes for each number. */
public class WrittenStreamTckTest extends StreamTck {
    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return ByteStreams.fromOutputStream(8, out -> {
                    var numbers = new DataOutputStream(out);
                    for (long n = 0; n < elements; n++) numbers.writeLong(n);
                })
                .map(ByteBuffer::getLong);
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return ByteStreams.fromOutputStream(8, out -> {
                    throw new IOException("failed");
                })
                .map(ByteBuffer::getLong);
    }
}
