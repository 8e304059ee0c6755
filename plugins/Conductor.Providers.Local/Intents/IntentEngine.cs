using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Intents;

/// <summary>`intent_detection` by likeness: the text's vector against those of each intent's name, description and examples. Reads English.</summary>
internal sealed class IntentEngine(ITextEncoder encoder) : IOperationEngine
{
    // The largest list that a request may hold, 512 intents of 64 examples, fits; a usual one takes a few hundred kilobytes.
    private const long MostCachedBytes = 64L << 20;

    // Texts that go to the encoder at once: what is done is kept, so that a call that runs out of time helps the next one.
    private const int TextsAtOnce = 32;

    private readonly IntentCache _cache = new(MostCachedBytes);

    public string Operation => "intent_detection";

    public string ModelId => "intent-minilm";

    public async Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = EnginePayload.Read(payload, OperationsJsonContext.Default.IntentDetectionRequest);
        if (request.Parameters.PossibleIntents is not { Count: > 0 } intents)
        {
            throw new OperationRequestException("parameters.possible_intents", "'parameters.possible_intents' is empty: give the intents to choose from.");
        }

        var prototypes = await PrototypesOfAsync(intents, cancellationToken).ConfigureAwait(false);
        var text = (await encoder.EncodeAsync([request.Text], cancellationToken).ConfigureAwait(false))[0];
        var ranked = Rank(intents, prototypes, text.Vector);
        var result = IntentDecision.Decide(ranked, request.Parameters.Threshold);
        var usage = new TokenUsage { InputTokens = text.Tokens + prototypes.Sum(prototype => (long)prototype.Tokens), OutputTokens = 1, IsEstimated = true };
        var json = OperationJson.Write(result, OperationsJsonContext.Default.IntentDetectionResult);
        return new OperationEngineResult(json, usage) { Notices = [.. NoticesOf(request, text)] };
    }

    private static List<IntentScore> Rank(IReadOnlyList<PossibleIntent> intents, IntentPrototype[] prototypes, ReadOnlySpan<float> text)
    {
        var likenesses = new double[prototypes.Length];
        for (var index = 0; index < likenesses.Length; index++)
        {
            likenesses[index] = prototypes[index].Likeness(text);
        }

        var probabilities = IntentCalibration.Probabilities(likenesses, prototypes.Average(prototype => prototype.Examples));
        return
        [
            .. Enumerable.Range(0, probabilities.Length)
                .OrderByDescending(index => probabilities[index])
                .ThenBy(index => index)
                .Take(IntentDecision.MostAlternatives + 1)
                .Select(index => new IntentScore(intents[index].Name, Math.Round(probabilities[index], 4))),
        ];
    }

    private async Task<IntentPrototype[]> PrototypesOfAsync(IReadOnlyList<PossibleIntent> intents, CancellationToken cancellationToken)
    {
        var prototypes = new IntentPrototype[intents.Count];
        List<(int Index, UInt128 Key, List<string> Texts)> missing = [];
        for (var index = 0; index < intents.Count; index++)
        {
            var key = IntentCache.KeyOf(intents[index]);
            if (_cache.Find(key) is { } known)
            {
                prototypes[index] = known;
                continue;
            }

            missing.Add((index, key, IntentPrototype.TextsOf(intents[index])));
            if (missing.Sum(entry => entry.Texts.Count) >= TextsAtOnce)
            {
                await EncodeAsync(intents, missing, prototypes, cancellationToken).ConfigureAwait(false);
            }
        }

        await EncodeAsync(intents, missing, prototypes, cancellationToken).ConfigureAwait(false);
        return prototypes;
    }

    private async Task EncodeAsync(
        IReadOnlyList<PossibleIntent> intents, List<(int Index, UInt128 Key, List<string> Texts)> missing, IntentPrototype[] prototypes, CancellationToken cancellationToken)
    {
        if (missing.Count == 0)
        {
            return;
        }

        var encoded = await encoder.EncodeAsync([.. missing.SelectMany(entry => entry.Texts)], cancellationToken).ConfigureAwait(false);
        var start = 0;
        foreach (var (index, key, texts) in missing)
        {
            prototypes[index] = IntentPrototype.Create(intents[index], [.. encoded.Skip(start).Take(texts.Count)]);
            _cache.Store(key, prototypes[index]);
            start += texts.Count;
        }

        missing.Clear();
    }

    private static IEnumerable<string> NoticesOf(IntentDetectionRequest request, EncodedText text)
    {
        if (text.Windows > 1)
        {
            yield return $"The text is longer than the encoder reads at once: {text.Windows} overlapping parts of it were averaged.";
        }

        if (!EnglishText.Is(request.Language))
        {
            yield return "The embedded encoder reads English; confidences on other languages were not measured.";
        }
    }
}
