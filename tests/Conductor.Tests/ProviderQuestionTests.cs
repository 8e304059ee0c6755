using Conductor.Catalog;
using Conductor.Plugins;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Tests;

/// <summary>A plugin that keeps the thread on which it is asked how it is, or what it lists, holds up nobody; its code is leased until it comes back.</summary>
public sealed class ProviderQuestionTests
{
    [Theory]
    [InlineData("health")]
    [InlineData("models")]
    public async Task Question_BlocksBeforeItReturnsATask_IsGivenUpInTimeAndKeepsItsLeaseUntilItComesBack(string question)
    {
        using var provider = new Blocking();
        var time = new ManualTimeProvider();
        var entry = new ProviderEntry("p", "plugin", provider, ProviderSettings.Without("plugin"), []);
        var questions = new ProviderQuestions(time, NullLogger<ProviderQuestions>.Instance);

        // As a change of the catalogue asks, which holds the lock for all changes meanwhile.
        var asking = Task.Run(() => question == "health"
            ? questions.CheckAsync(entry, CancellationToken.None)
            : questions.ListModelsAsync([new LiveProvider(entry, new ServiceCollection().BuildServiceProvider(), null!)], new ConductorSettings(), CancellationToken.None));
        try
        {
            await provider.Asked.WaitAsync(TimeSpan.FromSeconds(30));
            for (var tries = 0; !asking.IsCompleted && tries < 1_200; tries++)
            {
                time.Advance(TimeSpan.FromSeconds(1)); // its limit, and what it has to come back in after that
                await Task.Delay(25);
            }

            Assert.True(asking.IsCompletedSuccessfully);

            entry.Retire();
            Assert.False(entry.Drained.IsCompleted);
            Assert.Equal(1, entry.CallsInFlight);
        }
        finally
        {
            provider.LetGo();
        }

        await entry.Drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((question != "health", question == "health"), (entry.Statistics.Health.Status == ProviderHealthStatus.Unknown, entry.IsListed));
    }

    private sealed class Blocking : IModelProvider, IDisposable
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Asked => _asked.Task;

        public void LetGo() => _gate.Set();

        public IChatClient? GetChatClient(string modelId) => null;

        public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult(Block<IReadOnlyList<ModelDescriptor>>([]));

        public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(Block(ProviderHealth.Healthy));

        public void Dispose() => _gate.Dispose();

        private T Block<T>(T answer)
        {
            _asked.TrySetResult();
            _gate.Wait();
            return answer;
        }
    }
}
