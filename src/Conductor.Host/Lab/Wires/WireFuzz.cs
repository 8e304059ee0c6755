using System.Collections.Concurrent;
using System.Diagnostics;
using Conductor.Host.Lab.Wires.Targets;

namespace Conductor.Host.Lab.Wires;

/// <summary>
/// Hands broken bytes to every reader of every wire. A reader may refuse as it declares, and must not do anything else: throw another exception, go on for ever, allocate more than what came in is worth, find
/// something else than the look that passes bytes on, change more than the model's name. The same seed makes the same inputs.
/// </summary>
internal sealed class WireFuzz
{
    /// <summary>What an input may allocate at most, its onward ways into all dialects and back included: so much, and so much for each of its bytes.</summary>
    /// <remarks>A few times what was seen at most, so that it is met by what grows faster than the input.</remarks>
    private const long AllocatedAnyway = 4 * 1024 * 1024;
    private const long AllocatedPerByte = 4 * 1024;

    // The first of each kind is enough to work with.
    private const int MostFailures = 50;

    private readonly int _seed;
    private readonly IReadOnlyList<WireTarget> _targets;
    private readonly JsonMutator _mutator;
    private readonly Dictionary<byte[], JsonTree> _trees = [];
    private readonly List<WireFailure> _failures = [];
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WireTally> _tallies = new();
    private WireFailure? _running;
    private long _runningSince;

    /// <summary>Creates a run.</summary>
    /// <param name="seed">Of all inputs.</param>
    /// <param name="targets">What is tried; null = all there are.</param>
    public WireFuzz(int seed, IReadOnlyList<WireTarget>? targets = null)
    {
        _seed = seed;
        _targets = targets ?? WireTargets.All;
        List<JsonTree> trees = [.. _targets.SelectMany(target => target.Seeds).SelectMany(pieces => pieces).Where(IsJson).Select(piece => JsonTree.Of(piece))];
        _mutator = new JsonMutator(trees, [.. trees.SelectMany(NamesIn).DistinctBy(Convert.ToHexString)]);
    }

    /// <summary>The first of each kind.</summary>
    public IReadOnlyList<WireFailure> Failures => _failures;

    /// <summary>What was tried, by target.</summary>
    public IReadOnlyDictionary<string, WireTally> Tallies => _tallies;

    /// <summary>The input at work and since when; null between two. For whoever watches over it from another thread.</summary>
    public (WireFailure Input, TimeSpan Since)? Running => Volatile.Read(ref _running) is { } input ? (input, Stopwatch.GetElapsedTime(Volatile.Read(ref _runningSince))) : null;

    /// <summary>Tries so many inputs, all targets in turn.</summary>
    public async Task RunAsync(long inputs, CancellationToken cancellationToken)
    {
        foreach (var target in _targets)
        {
            // The right ones first: they must be borne, and what is made once is made then.
            foreach (var pieces in target.Seeds)
            {
                await TryAsync(target, StreamMutator.Plain(target.Shape, pieces), -1);
            }
        }

        for (var number = 0L; number < inputs && _failures.Count < MostFailures; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var random = new Random(unchecked((_seed * 486_187_739) + (int)number));
            var target = _targets[(int)(number % _targets.Count)];
            await TryAsync(target, Make(target, random), number);
        }
    }

    /// <summary>Tries one input; null where all of the target's readers bore it.</summary>
    public static async Task<string?> TryAsync(WireTarget target, ReadOnlyMemory<byte> input)
    {
        try
        {
            await target.RunAsync(input);
            return null;
        }
#pragma warning disable CA1031 // boundary: whatever a reader throws is what is looked for
        catch (Exception broken)
#pragma warning restore CA1031
        {
            return broken is WireFindingException ? broken.Message : $"{broken.GetType().Name}: {broken.Message}{Environment.NewLine}{Place(broken)}";
        }
    }

    private async Task TryAsync(WireTarget target, byte[] input, long number)
    {
        var tally = _tallies.GetOrAdd(target.Name, _ => new WireTally());
        var running = new WireFailure(target.Name, number, input, "");
        Volatile.Write(ref _runningSince, Stopwatch.GetTimestamp());
        Volatile.Write(ref _running, running);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var what = await TryAsync(target, input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        tally.Add(input.Length, allocated, Stopwatch.GetElapsedTime(_runningSince));
        Volatile.Write(ref _running, null);
        if (what is null && allocated > AllocatedAnyway + (AllocatedPerByte * input.Length))
        {
            what = $"allocates {allocated} bytes for an input of {input.Length}";
        }

        if (what is not null && _kinds.Add(target.Name + Kind(what)))
        {
            _failures.Add(running with { What = what });
        }
    }

    private byte[] Make(WireTarget target, Random random)
    {
        var pieces = target.Seeds[random.Next(target.Seeds.Count)];
        var made = target.Shape == WireShape.Body
            ? Mutate(pieces[0], random)
            : StreamMutator.Frame(target.Shape, [.. pieces.Select(piece => random.Next(pieces.Count + 1) == 0 ? Mutate(piece, random) : piece)], random);
        return random.Next(5) == 0 ? ByteMutator.Mutate(made, random) : made;
    }

    private byte[] Mutate(byte[] piece, Random random)
    {
        if (!IsJson(piece))
        {
            return ByteMutator.Mutate(piece, random);
        }

        if (!_trees.TryGetValue(piece, out var tree))
        {
            _trees[piece] = tree = JsonTree.Of(piece);
        }

        return _mutator.Mutate(tree, random);
    }

    private static IEnumerable<byte[]> NamesIn(JsonTree tree) => [.. tree.Names, .. tree.Items.SelectMany(NamesIn)];

    private static bool IsJson(byte[] piece) => piece is [(byte)'{', ..] or [(byte)'[', (byte)'{', ..];

    // The same fault met again is not worth a second line: digits differ from input to input.
    private static string Kind(string what) => string.Concat(what.Where(letter => !char.IsAsciiDigit(letter)));

    private static string Place(Exception broken) =>
        string.Join(Environment.NewLine, (broken.StackTrace ?? "").Split('\n').Where(line => line.Contains("Conductor.", StringComparison.Ordinal)).Take(6).Select(line => line.TrimEnd()));
}
