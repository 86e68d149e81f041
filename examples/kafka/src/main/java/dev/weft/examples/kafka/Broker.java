package dev.weft.examples.kafka;

import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.jspecify.annotations.Nullable;

/** A broker: the one whose address the property {@code kafka} has, or else one in this process. */
final class Broker {
    private final String address;
    private final @Nullable KafkaClusterTestKit embedded;

    private Broker(String address, @Nullable KafkaClusterTestKit embedded) {
        this.address = address;
        this.embedded = embedded;
    }

    static Broker open() throws Exception {
        String elsewhere = System.getProperty("kafka", "");
        return elsewhere.isBlank() ? embedded() : new Broker(elsewhere, null);
    }

    private static Broker embedded() throws Exception {
        var nodes = new TestKitNodes.Builder()
                .setCombined(true)
                .setNumControllerNodes(1)
                .setNumBrokerNodes(1)
                .build();
        var kit = new KafkaClusterTestKit.Builder(nodes)
                .setConfigProp("group.initial.rebalance.delay.ms", "0")
                .setConfigProp("group.consumer.min.heartbeat.interval.ms", "500")
                .setConfigProp("group.consumer.heartbeat.interval.ms", "500")
                .setConfigProp("offsets.topic.num.partitions", "1")
                .setConfigProp("offsets.topic.replication.factor", "1")
                .build();
        try {
            kit.format();
            kit.startup();
            kit.waitForReadyBrokers();
            return new Broker(kit.bootstrapServers(), kit);
        } catch (Exception | Error failure) {
            kit.close();
            throw failure;
        }
    }

    String address() {
        return address;
    }

    void close() throws Exception {
        if (embedded != null) embedded.close();
    }
}
