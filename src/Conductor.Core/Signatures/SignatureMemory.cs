using Conductor.Calls;
using Conductor.Routing;
using Microsoft.Extensions.AI;

namespace Conductor.Signatures;

/// <summary>
/// Which target made which signature, by tenant: a conversation that goes on with signed thinking goes to the target that signed it, because nobody else can open it.
/// Hashes only, at most <see cref="MostKept"/>, the oldest half forgotten at once. Calls that have one target to choose from are not looked at.
/// </summary>
internal sealed class SignatureMemory
{
    /// <summary>Signatures that are remembered, of all tenants together; about 100 bytes each.</summary>
    public const int MostKept = 32_768;

    private readonly Lock _gate = new();
    private Dictionary<Key, string> _young = [];
    private Dictionary<Key, string> _old = [];

    /// <summary>Whether the call could have gone to another target, so that its answer's signatures matter.</summary>
    public static bool Matters(ModelCall call) => call is ChatCall && call.Plan.Hops.Count > 1;

    /// <summary>Remembers the signatures of an answer, or of one event of it, in bytes.</summary>
    public void Note(ModelCall call, RouteHop hop, ReadOnlySpan<byte> answer)
    {
        foreach (var signature in SignatureScan.Find(answer) ?? [])
        {
            Keep(call, signature, hop);
        }
    }

    /// <summary>Remembers the signature of a content.</summary>
    public void Note(ModelCall call, RouteHop hop, AIContent content)
    {
        if (SignatureScan.Of(content) is { } signature)
        {
            Keep(call, signature, hop);
        }
    }

    /// <summary>The plan with the target first that signed what the request holds; the same plan where none of its targets did.</summary>
    public RoutePlan Pin(ModelCall call, RoutePlan plan)
    {
        if (plan.Hops.Count < 2 || call is not ChatCall chat || IsEmpty)
        {
            return plan;
        }

        // The last one that is known counts: a conversation may have moved on.
        foreach (var signature in Enumerable.Reverse<UInt128>(SignaturesOf(chat)))
        {
            if (Find(call, signature) is not { } target)
            {
                continue;
            }

            for (var i = 0; i < plan.Hops.Count; i++)
            {
                if (plan.Hops[i].Id == target)
                {
                    return i == 0 ? plan : plan with
                    {
                        Hops = [plan.Hops[i], .. plan.Hops.Where(hop => hop.Id != target)],
                        Decisions = [.. plan.Decisions, new RouteDecision(target, IsTaken: true, "first: it signed the thinking that the conversation holds")],
                    };
                }
            }
        }

        return plan;
    }

    private bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _young.Count == 0 && _old.Count == 0;
            }
        }
    }

    private static List<UInt128> SignaturesOf(ChatCall call) => call.Body is { } body
        ? SignatureScan.Find(body.Bytes.Span) ?? []
        : [.. call.Request.Messages.SelectMany(message => message.Contents).Select(SignatureScan.Of).OfType<UInt128>()];

    private string? Find(ModelCall call, UInt128 signature)
    {
        var key = new Key(call.Context.TenantId, signature);
        lock (_gate)
        {
            return _young.GetValueOrDefault(key) ?? _old.GetValueOrDefault(key);
        }
    }

    private void Keep(ModelCall call, UInt128 signature, RouteHop hop)
    {
        lock (_gate)
        {
            _young[new Key(call.Context.TenantId, signature)] = hop.Id;
            if (_young.Count >= MostKept / 2)
            {
                (_old, _young) = (_young, []);
            }
        }
    }

    private readonly record struct Key(string TenantId, UInt128 Signature);
}
