using Conductor.Host.Prove;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Lab.Wires;

/// <summary>What the proof of the dialects sends: each feature of a request and of an answer once, in every dialect that can say it.</summary>
internal static class GeneratedBodies
{
    private const int Seed = 4_711;

    public static IEnumerable<IReadOnlyList<byte[]>> Requests(string dialect)
    {
        foreach (var feature in RequestFeatures.All)
        {
            var made = RequestFeatures.Plain(new Samples(Seed));
            feature.Add(made, new Samples(Seed));
            if (Probe.Request(() => Find(dialect).WriteRequest(made).Body) is { } body)
            {
                yield return [body];
            }
        }
    }

    public static IEnumerable<IReadOnlyList<byte[]>> Answers(string dialect) => All().Select(answer => (byte[][])[Find(dialect).WriteAnswer(answer, new LossReport())]);

    public static IEnumerable<IReadOnlyList<byte[]>> Streams(string dialect) => All().Select(answer =>
    {
        var bytes = Find(dialect).WriteStream([.. answer.ToChatResponseUpdates()], new LossReport());
        return (IReadOnlyList<byte[]>)(dialect == "ollama" ? Lines(bytes) : SseReference.Read(bytes));
    });

    private static IEnumerable<ChatResponse> All()
    {
        foreach (var feature in AnswerFeatures.All)
        {
            var made = AnswerFeatures.Plain(new Samples(Seed));
            feature.Add(made, new Samples(Seed));
            yield return made;
        }
    }

    private static List<byte[]> Lines(byte[] bytes)
    {
        var lines = new List<byte[]>();
        foreach (var line in bytes.AsSpan().Split((byte)'\n'))
        {
            if (bytes[line] is { Length: > 0 } some)
            {
                lines.Add(some);
            }
        }

        return lines;
    }

    private static ProvedDialect Find(string name) => ProvedDialects.All.First(dialect => dialect.Name == name);
}
