using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Caching;

/// <summary>An answer as it is kept: bytes or floats and values, never an object of a plugin.</summary>
/// <param name="Kind">The call's type that it answers.</param>
/// <param name="Provider">Who answered.</param>
/// <param name="Model">With which model.</param>
/// <param name="Usage">What the answer took when it was made.</param>
/// <param name="Bytes">The result, or the reply in the caller's dialect.</param>
/// <param name="Vectors">Typed vectors.</param>
internal sealed record CachedAnswer(Type Kind, string Provider, string Model, TokenUsage Usage, ReadOnlyMemory<byte> Bytes, IReadOnlyList<ReadOnlyMemory<float>>? Vectors)
{
    /// <summary>What the caller is told of how the answer came about.</summary>
    public IReadOnlyList<string> Notices { get; private init; } = [];

    /// <summary>What was left out of the request.</summary>
    public IReadOnlyList<string> DroppedParameters { get; private init; } = [];

    /// <summary>What was said in other words or with another value.</summary>
    public IReadOnlyList<string> ChangedParameters { get; private init; } = [];

    // What an entry costs beside its payload: the record, the node, the key.
    private const int Overhead = 400;

    /// <summary>Bytes that the entry is counted with.</summary>
    public long Size => Overhead + Bytes.Length + (Vectors?.Sum(vector => (long)vector.Length * sizeof(float)) ?? 0) + Characters(Notices) + Characters(DroppedParameters) + Characters(ChangedParameters);

    /// <summary>The answer of a call in a form that can be kept; null where there is none (streams, typed chat).</summary>
    public static CachedAnswer? From(ModelCall call, ModelOutcome outcome) =>
        AnswerOf(outcome) is { } answer ? answer with { Notices = outcome.Notices, DroppedParameters = [.. call.DroppedParameters], ChangedParameters = [.. call.ChangedParameters] } : null;

    /// <summary>The outcome that the call gets.</summary>
    public ModelOutcome ToOutcome() => Kind switch
    {
        _ when Kind == typeof(OperationCall) => new OperationOutcome { Provider = Provider, Model = Model, Usage = Usage, Notices = Notices, Result = Bytes },
        _ when Kind == typeof(ChatCall) => new ChatOutcome { Provider = Provider, Model = Model, Usage = Usage, Notices = Notices, ResponseBytes = Bytes },
        _ => new EmbeddingOutcome { Provider = Provider, Model = Model, Usage = Usage, Notices = Notices, ResponseBytes = Vectors is null ? Bytes : null, Vectors = Vectors },
    };

    private static long Characters(IReadOnlyList<string> texts) => texts.Sum(text => (long)text.Length * sizeof(char));

    private static CachedAnswer? AnswerOf(ModelOutcome outcome) => outcome switch
    {
        OperationOutcome operation => new(typeof(OperationCall), outcome.Provider, outcome.Model, outcome.Usage, operation.Result.ToArray(), null),
        ChatOutcome { ResponseBytes: { } bytes } => new(typeof(ChatCall), outcome.Provider, outcome.Model, outcome.Usage, bytes.ToArray(), null),
        EmbeddingOutcome { ResponseBytes: { } bytes } => new(typeof(EmbeddingCall), outcome.Provider, outcome.Model, outcome.Usage, bytes.ToArray(), null),
        EmbeddingOutcome { Vectors: { } vectors } => new(
            typeof(EmbeddingCall), outcome.Provider, outcome.Model, outcome.Usage, default, [.. vectors.Select(vector => (ReadOnlyMemory<float>)vector.ToArray())]),
        _ => null,
    };
}
