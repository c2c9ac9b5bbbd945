package io.posthorse.protocol.rocketmq;

import io.posthorse.access.Accounts;
import io.posthorse.broker.AuditTrail;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.Map;

/** Handles RocketMQ 4's requests about accounts: 50 to 53. Only super users reach it. */
final class PlainAclRequests implements RequestHandler {
    private final Accounts accounts;
    private final AuditTrail audit;
    private final RocketmqSettings settings;

    /** @param accounts null without access control */
    PlainAclRequests(Accounts accounts, RocketmqSettings settings, AuditTrail audit) {
        this.audit = audit;
        this.accounts = accounts;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return code >= RequestCode.UPDATE_AND_CREATE_ACL_CONFIG && code <= RequestCode.UPDATE_GLOBAL_WHITE_ADDRS_CONFIG;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        if (accounts == null) {
            return AccessRequests.off(request);
        }
        return switch (request.code()) {
            case RequestCode.UPDATE_AND_CREATE_ACL_CONFIG -> update(peer, request);
            case RequestCode.DELETE_ACL_CONFIG -> delete(peer, request);
            case RequestCode.GET_BROKER_CLUSTER_ACL_INFO -> version(peer, request);
            default -> request.refuse(ResponseCode.NO_PERMISSION, "An address alone proves nothing here, so there is no list"
                    + " of addresses that need no signature. Give the clients there a user, or bind a user's rules to"
                    + " source addresses.");
        };
    }

    private Frame update(Peer peer, Frame request) {
        accounts.putPlainAccount(AccessRequests.origin(peer), request.require("accessKey"), request::field,
                AccessRequests.audited(audit, peer, request, "user " + request.field("accessKey") + " was put"));
        return null;
    }

    private Frame delete(Peer peer, Frame request) {
        accounts.deleteUser(
                AccessRequests.origin(peer), request.require("accessKey"),
                AccessRequests.audited(audit, peer, request, "user " + request.field("accessKey") + " was deleted"));
        return null;
    }

    private Frame version(Peer peer, Frame request) {
        return request.ok(Map.of(
                "brokerAddr", Addresses.route(settings, peer.local()),
                "brokerName", settings.brokerName(),
                "clusterName", settings.cluster(),
                "version", "{\"counter\":" + accounts.generation() + ",\"stateVersion\":0,\"timestamp\":0}",
                "allAclFileVersion", "{}"));
    }
}
