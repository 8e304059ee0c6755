using Conductor.Dialects;
using MediatR;
using Microsoft.Extensions.AI;

namespace Conductor.Calls;

/// <summary>A chat completion, from bytes of a dialect or from typed messages.</summary>
public sealed class ChatCall : ModelCall, IRequest<ChatOutcome>
{
    private ChatRequest? _request;

    /// <summary>The caller's bytes and their dialect; null for a call that began typed.</summary>
    public DialectBody? Body { get; init; }

    /// <summary>Whether the caller wants the answer piece by piece.</summary>
    public required bool IsStreaming { get; init; }

    public override string OperationName => "chat";

    /// <summary>The typed request; parsed from <see cref="Body"/> when somebody first asks.</summary>
    /// <exception cref="Errors.InvalidRequestException">The body is not a chat request.</exception>
    public ChatRequest Request
    {
        get => _request ??= Body!.Dialect.ParseChat(Body.Bytes);
        init => _request = value;
    }

    /// <summary>Puts what the hooks made of it in the place of the request. The caller's bytes stay, and no target gets them.</summary>
    internal void Replace(ChatRequest request) => _request = request;
}

/// <summary>A chat request in Microsoft.Extensions.AI's types.</summary>
/// <param name="Messages">The conversation.</param>
/// <param name="Options">Sampling, tools, format. Its ModelId is ignored: the target has its own.</param>
public sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)
{
    /// <summary>What the reader of the caller's dialect could not carry over. A target that takes the caller's bytes loses nothing of it; of every other it is told, or refused where the caller refuses losses.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>What the reader said in other words, likewise.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];
}
