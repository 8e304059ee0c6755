using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Idempotency;

/// <summary>The response of a request whose answer is recorded, in the place of its connection's: whoever writes it does not know the difference.</summary>
internal sealed class RecordedResponse : HttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
{
    private readonly AnswerRecording _recording;
    private readonly RecordingWriter _writer;
    private readonly Stream _stream;
    private Stack<(Func<object, Task> Callback, object State)>? _starting;

    public RecordedResponse(AnswerRecording recording)
    {
        _recording = recording;
        _writer = new RecordingWriter(recording, () => StartAsync());
        _stream = _writer.AsStream();
        RequestAborted = recording.Abandoned;
    }

    public override bool HasStarted => _recording.IsStarted;

    public PipeWriter Writer => _writer;

    public Stream Stream => _stream;

    /// <summary>Cancelled when no client listens any more.</summary>
    public CancellationToken RequestAborted { get; set; }

    /// <summary>A context like a request's own, but for its response.</summary>
    public static DefaultHttpContext ContextFor(HttpContext context, AnswerRecording recording)
    {
        var response = new RecordedResponse(recording);
        foreach (var header in context.Response.Headers)
        {
            response.Headers[header.Key] = header.Value;
        }

        var features = new FeatureCollection(context.Features);
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        features.Set<IHttpRequestLifetimeFeature>(response);
        return new DefaultHttpContext(features);
    }

    public void Abort() => _recording.Cut();

    public void DisableBuffering()
    {
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
        {
            return;
        }

        while (_starting?.TryPop(out var callback) == true)
        {
            await callback.Callback(callback.State);
        }

        _recording.Start(StatusCode, Headers);
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(_stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync() => await _writer.FlushAsync();

    public override void OnStarting(Func<object, Task> callback, object state) => (_starting ??= new()).Push((callback, state));
}
