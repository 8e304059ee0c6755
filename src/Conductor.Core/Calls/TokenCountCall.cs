using Conductor.Dialects;
using MediatR;

namespace Conductor.Calls;

/// <summary>Asks how many tokens a chat would take, without an answer to it. It goes the way that the chat would go.</summary>
public sealed class TokenCountCall : ModelCall, IRequest<TokenCountOutcome>
{
    private ChatRequest? _request;

    /// <summary>The caller's bytes and their dialect; null for a call that began typed.</summary>
    public DialectBody? Body { get; init; }

    public override string OperationName => "count_tokens";

    /// <summary>The chat, typed; parsed from <see cref="Body"/> when somebody first asks.</summary>
    /// <exception cref="Errors.InvalidRequestException">The body is not one.</exception>
    public ChatRequest Request
    {
        get => _request ??= Body!.Dialect.ParseChat(Body.Bytes);
        init => _request = value;
    }

    /// <summary>Puts what the hooks made of it in the place of the request. The caller's bytes stay, and no target gets them.</summary>
    internal void Replace(ChatRequest request) => _request = request;
}

/// <summary>A number of tokens: the upstream's own word in the caller's dialect, or Conductor's count.</summary>
public sealed class TokenCountOutcome : ModelOutcome
{
    /// <summary>The upstream's answer; null where Conductor counted.</summary>
    public ReadOnlyMemory<byte>? ResponseBytes { get; init; }

    /// <summary>What Conductor counted, by the model's vocabulary or by estimate (a notice then says so); 0 where the upstream answered.</summary>
    public long Tokens { get; init; }
}
