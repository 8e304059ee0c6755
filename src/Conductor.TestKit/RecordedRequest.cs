using System.Text;
using System.Text.Json;

namespace Conductor.TestKit;

/// <summary>One request that a <see cref="FakeUpstream"/> has seen.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For example `POST`.</summary>
    public required string Method { get; init; }

    /// <summary>Path with query, for example `/v1/chat/completions`.</summary>
    public required string Path { get; init; }

    /// <summary>Headers, names without regard to case; several values of one name joined by a comma.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Which connection it came over: two requests with one id shared it.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The body as it came.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>True once the client has closed the connection before the reply was complete.</summary>
    public bool IsAborted => _aborted.Task.IsCompleted;

    /// <summary>Completes when the client's abort is seen.</summary>
    public Task Aborted => _aborted.Task;

    /// <summary>Completes when the reply is over, however it ended.</summary>
    public Task Completed => _completed.Task;

    internal void MarkAborted() => _aborted.TrySetResult();

    internal void MarkCompleted() => _completed.TrySetResult();
}
