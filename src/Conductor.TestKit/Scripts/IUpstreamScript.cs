using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>
/// An upstream that answers as a check wants it to, in the wire that the provider under test speaks. There are ones for OpenAI's, Ollama's and Gemini's;
/// for another, derive from <see cref="UpstreamScript"/>, which brings the server, and write only the answers.
/// </summary>
public interface IUpstreamScript : IAsyncDisposable
{
    /// <summary>What the provider's settings must say so that it finds this upstream, for example `base_url`.</summary>
    IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>Where it listens, `127.0.0.1:PORT`; no error may name it.</summary>
    string Authority { get; }

    /// <summary>Requests for an answer so far, in order of arrival; those for lists of models and the like left out.</summary>
    IReadOnlyList<RecordedRequest> Requests { get; }

    /// <summary>The dialect, endpoint and body of a request for <see cref="IRawTransport"/>, with a member that nobody knows; null where the wire is no dialect that callers speak.</summary>
    /// <param name="model">The model to name.</param>
    /// <param name="isStreaming">Whether to ask for a stream.</param>
    RawRequest? RawExample(string model, bool isStreaming) => null;

    /// <summary>Whether a refusal with a time to wait states it in the header `retry-after`.</summary>
    bool StatesRetryAfter => true;

    /// <summary>Every request for an answer from now on gets this.</summary>
    /// <returns>False where the wire cannot say it, which leaves the check out.</returns>
    bool TryAnswer(UpstreamTurn turn);
}
