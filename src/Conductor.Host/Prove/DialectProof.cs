using Conductor.Calls;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Prove;

/// <summary>
/// Sends generated conversations through every pair of a caller's and a target's dialect, and their answers back, and looks at each feature on both sides.
/// The caller's side is what Conductor itself has read from it: what a dialect cannot say at all is nobody's loss.
/// </summary>
/// <param name="seed">The first seed; each round adds one.</param>
/// <param name="rounds">Conversations for each pair and feature.</param>
internal sealed class DialectProof(int seed, int rounds)
{
    private readonly List<string> _failures = [];

    /// <summary>What failed, a sentence each, with its seed; the first of each pair and feature.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>How many conversations and answers went through.</summary>
    public long Checked { get; private set; }

    public async Task<ProofMatrix> RunAsync(CancellationToken cancellationToken)
    {
        var matrix = new ProofMatrix([.. ProvedDialects.All.Select(dialect => dialect.Name)]);
        foreach (var caller in ProvedDialects.All)
        {
            foreach (var target in ProvedDialects.All.OrderBy(target => target != caller)) // itself first: what it can ask for is known then
            {
                foreach (var feature in RequestFeatures.All)
                {
                    matrix.Set("request", feature.Name, caller.Name, target.Name, Repeat(feature.Name, caller, target, "request", from => Request(feature, caller, target, from)));
                }

                foreach (var feature in AnswerFeatures.All)
                {
                    if (AnswerFeatures.AskedFor.TryGetValue(feature.Name, out var asked) && matrix["request", asked, caller.Name, caller.Name] == Outcome.NotOffered)
                    {
                        matrix.Set("answer", feature.Name, caller.Name, target.Name, Outcome.NotOffered);
                        matrix.Set("stream", feature.Name, caller.Name, target.Name, Outcome.NotOffered);
                        continue;
                    }

                    matrix.Set("answer", feature.Name, caller.Name, target.Name, Repeat(feature.Name, caller, target, "answer", from => Answer(feature, caller, target, from)));
                    matrix.Set("stream", feature.Name, caller.Name, target.Name, await RepeatAsync(feature.Name, caller, target, "stream", from => StreamAsync(feature, caller, target, from)));
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return matrix;
    }

    private Outcome Repeat(string feature, ProvedDialect caller, ProvedDialect target, string way, Func<Samples, (Outcome Outcome, string Why)> check)
    {
        var worst = Outcome.NotOffered;
        for (var round = 0; round < rounds && worst != Outcome.Fail; round++)
        {
            worst = Worse(worst, Note(feature, caller, target, way, seed + round, Guard(() => check(new Samples(seed + round)))));
        }

        return worst;
    }

    private async Task<Outcome> RepeatAsync(string feature, ProvedDialect caller, ProvedDialect target, string way, Func<Samples, Task<(Outcome Outcome, string Why)>> check)
    {
        var worst = Outcome.NotOffered;
        for (var round = 0; round < rounds && worst != Outcome.Fail; round++)
        {
            (Outcome, string) seen;
            try
            {
                seen = await check(new Samples(seed + round));
            }
#pragma warning disable CA1031 // boundary: whatever a reader or writer throws is what the proof looks for
            catch (Exception broken)
#pragma warning restore CA1031
            {
                seen = (Outcome.Fail, $"{broken.GetType().Name}: {broken.Message}");
            }

            worst = Worse(worst, Note(feature, caller, target, way, seed + round, seen));
        }

        return worst;
    }

    private static (Outcome Outcome, string Why) Request(Feature<ChatRequest> feature, ProvedDialect caller, ProvedDialect target, Samples from)
    {
        var made = RequestFeatures.Plain(from);
        feature.Add(made, from);
        ChatRequest read;
        try
        {
            read = caller.ReadRequest(caller.WriteRequest(made).Body);
        }
        catch (WireRequestException unsaid) when (unsaid.IsUnsupported)
        {
            return (Outcome.NotOffered, "");
        }

        var before = feature.See(read);
        if (before.Length == 0)
        {
            return (Outcome.NotOffered, "");
        }

        byte[] body;
        LossReport losses;
        try
        {
            (body, losses) = target.WriteRequest(read);
        }
        catch (WireRequestException refused) when (refused.IsUnsupported)
        {
            return refused.Param is { Length: > 0 } ? (Outcome.Refused, "") : (Outcome.Fail, $"refused without naming a member: {refused.Message}");
        }

        return Compare(feature, before, feature.See(target.ReadRequest(body)), losses);
    }

    private static (Outcome Outcome, string Why) Answer(Feature<ChatResponse> feature, ProvedDialect caller, ProvedDialect target, Samples from)
    {
        var made = AnswerFeatures.Plain(from);
        feature.Add(made, from);
        var read = target.ReadAnswer(target.WriteAnswer(made, new LossReport()));
        var before = feature.See(read);
        if (before.Length == 0)
        {
            return (Outcome.NotOffered, "");
        }

        var losses = new LossReport();
        var bytes = caller.WriteAnswer(read, losses);
        return Compare(feature, before, feature.See(feature.IsReplayed ? Replayed(caller, caller.Replay(bytes)) : caller.ReadAnswer(bytes)), losses);
    }

    private static async Task<(Outcome Outcome, string Why)> StreamAsync(Feature<ChatResponse> feature, ProvedDialect caller, ProvedDialect target, Samples from)
    {
        var made = AnswerFeatures.Plain(from);
        feature.Add(made, from);
        var read = await target.ReadStreamAsync(target.WriteStream([.. made.ToChatResponseUpdates()], new LossReport()));
        var before = feature.See(read.ToChatResponse());
        if (before.Length == 0)
        {
            return (Outcome.NotOffered, "");
        }

        var losses = new LossReport();
        var bytes = caller.WriteStream(read, losses);
        var after = feature.IsReplayed ? Replayed(caller, await caller.ReplayStreamAsync(bytes)) : (await caller.ReadStreamAsync(bytes)).ToChatResponse();
        return Compare(feature, before, feature.See(after), losses);
    }

    // What Conductor reads of an answer that a caller sends back with the next turn.
    private static ChatResponse Replayed(ProvedDialect caller, byte[] request) =>
        new([.. caller.ReadRequest(request).Messages.Where(message => message.Role == ChatRole.Assistant)]);

    private static (Outcome Outcome, string Why) Compare<T>(Feature<T> feature, string before, string after, LossReport losses)
    {
        if (before == after)
        {
            return (Outcome.Pass, "");
        }

        var names = losses.Dropped.Concat(losses.Changed).ToList();
        return names.Exists(name => feature.Words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            ? (Outcome.Loss, "")
            : (Outcome.Fail, $"it was «{Short(before)}» and is «{Short(after)}»; told: {(names.Count == 0 ? "nothing" : string.Join(", ", names))}");
    }

    private Outcome Note(string feature, ProvedDialect caller, ProvedDialect target, string way, int round, (Outcome Outcome, string Why) seen)
    {
        Checked++;
        if (seen.Outcome == Outcome.Fail)
        {
            _failures.Add($"{way}, {caller.Name} → {target.Name}, {feature} (seed {round}): {seen.Why}");
        }

        return seen.Outcome;
    }

    private static (Outcome Outcome, string Why) Guard(Func<(Outcome Outcome, string Why)> check)
    {
        try
        {
            return check();
        }
#pragma warning disable CA1031 // boundary: whatever a reader or writer throws is what the proof looks for
        catch (Exception broken)
#pragma warning restore CA1031
        {
            return (Outcome.Fail, $"{broken.GetType().Name}: {broken.Message}");
        }
    }

    private static Outcome Worse(Outcome one, Outcome other) => one > other ? one : other;

    private static string Short(string text) => text.Length <= 160 ? text : text[..160] + "…";
}
