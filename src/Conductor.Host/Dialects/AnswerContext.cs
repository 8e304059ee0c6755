using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Money;
using Conductor.Wire;

namespace Conductor.Host.Dialects;

/// <summary>What the writer of an answer may know of it, and where it notes what it could not say.</summary>
/// <param name="call">The call.</param>
/// <param name="outcome">What it came to.</param>
/// <param name="body">The request as the caller wrote it.</param>
/// <param name="now">When the answer began.</param>
internal sealed class AnswerContext(ModelCall call, ModelOutcome outcome, DialectBody body, DateTimeOffset now)
{
    /// <summary>The call, for its times and its request.</summary>
    public ModelCall Call { get; } = call;

    /// <summary>What the call came to.</summary>
    public ModelOutcome Outcome { get; } = outcome;

    /// <summary>The request as the caller wrote it, and what was peeked at in it.</summary>
    public DialectBody Body { get; } = body;

    /// <summary>When the answer began.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The id that the caller and the log know the request by; an answer's id is made of it where the upstream gave none.</summary>
    public string RequestId => Call.Context.RequestId;

    /// <summary>What the caller is told of the model.</summary>
    public string Model => Outcome.Model;

    /// <summary>What the answer took; null while nobody has said it. Of a stream only its end knows.</summary>
    public WireUsage? Usage => ReferenceEquals(Outcome.Usage, TokenUsage.None) ? null : WireTranslation.ToWireUsage(Outcome.Usage) with { IsSuspect = false };

    /// <summary>What the answer's writer left out or said in other words; told beside what the request lost. Nothing is refused any more: the answer is there and paid for.</summary>
    public LossReport Losses { get; } = new();
}
