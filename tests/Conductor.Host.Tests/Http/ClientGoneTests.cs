using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Conductor.Host.Dialects;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Http;
using Conductor.Host.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Tests.Http;

/// <summary>A server says at a write that nobody reads any more, and cancels the request a moment later: between the two nothing has failed.</summary>
public sealed class ClientGoneTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_ConnectionTakesNoMore_IsAClientThatLeftAndNoFailure(bool isAnswer)
    {
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        var context = new DefaultHttpContext();
        var log = new LineLog();
        var dialect = new PlainDialect();
        var boundary = new ErrorBoundary(
            async _ =>
            {
                if (isAnswer)
                {
                    await StreamedAnswer.WriteAsync(
                        context, dialect, Task.FromResult(1), TimeSpan.FromSeconds(1), _ => { }, _ => One(), TimeProvider.System, log, CancellationToken.None);
                    return;
                }

                await using var stream = new StreamResponse(context, dialect, TimeProvider.System, NullLogger.Instance);
                await using var events = new EventSource(One(), CancellationToken.None);
                await stream.RelayAsync(events);
            },
            new InboundDialects([dialect], new OpenAIDialect()),
            TimeProvider.System,
            log);
        context.Features.Set<IHttpResponseBodyFeature>(new Gone(pipe.Writer));

        await boundary.InvokeAsync(context);

        Assert.False(context.RequestAborted.IsCancellationRequested);
        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Warning);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> One()
    {
        await Task.Yield();
        yield return Encoding.UTF8.GetBytes("{}\n");
    }

    private sealed class Gone(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    private sealed class LineLog : ILogger<ErrorBoundary>
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
