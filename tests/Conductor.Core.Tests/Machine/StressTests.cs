using System.Collections.Concurrent;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

public sealed class StressTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20_263)]
    [InlineData(777)]
    public async Task Machine_ManyMixedCallsAtOnce_NothingStaysHeldAndEveryAttemptIsBookedOnce(int seed)
    {
        FakeProvider[] providers = [.. Enumerable.Range(0, 4).Select(i => Erratic($"p{i}", new Random(seed + i)))];
        var settings = new ConductorSettings
        {
            Aliases = new Dictionary<string, AliasSettings>
            {
                ["fast"] = TestMachine.AliasOf("p0/m", "p1/m", "p2/m", "p3/m") with { Strategy = "weighted" },
            },
            Limits = new LimitsSettings { MaxConcurrentRequests = 60 },
            Tenants = new Dictionary<string, TenantSettings> { ["t1"] = new() { Concurrency = 10 } },
        };
        await using var machine = new TestMachine(settings, providers, [new FakeOperation()]);
        var calls = new ConcurrentBag<ModelCall>();
        var told = new ConcurrentDictionary<string, int>();
        var random = new Random(seed);
        var plans = Enumerable.Range(0, 200).Select(_ => (Kind: random.Next(6), Tenant: $"t{random.Next(3)}", Leaves: random.Next(5) == 0, Text: $"text {random.Next(8)}")).ToArray();

        await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = 48 }, async (plan, _) =>
        {
            using var leaves = new CancellationTokenSource();
            if (plan.Leaves)
            {
                leaves.CancelAfter(plan.Text.Length % 4);
            }

            ModelCall call = plan.Kind switch
            {
                0 => machine.Chat(tenant: plan.Tenant),
                1 => machine.Chat(tenant: plan.Tenant, isStreaming: true),
                2 => machine.Raw($"text={plan.Text};temperature=0", tenant: plan.Tenant),
                3 => machine.Raw($"text={plan.Text}", isStreaming: true, tenant: plan.Tenant),
                4 => machine.Embedding("fast", plan.Tenant, plan.Text),
                _ => machine.Operation(plan.Text, tenant: plan.Tenant),
            };
            calls.Add(call);
            await using (call)
            {
                try
                {
                    await RunAsync(machine, call, leaves.Token);
                    told.AddOrUpdate("ok", 1, (_, count) => count + 1);
                }
                catch (OperationCanceledException) when (plan.Leaves)
                {
                    told.AddOrUpdate("cancelled", 1, (_, count) => count + 1);
                }
                catch (ConductorException error)
                {
                    told.AddOrUpdate(error.Code, 1, (_, count) => count + 1);
                }
            }
        }).WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Equal(200, told.Values.Sum());
        Assert.True(told["ok"] > 20, string.Join(", ", told));
        machine.AssertIdle();
        Assert.Equal(200, machine.Totals.Requests);
        foreach (var call in calls)
        {
            Assert.DoesNotContain(call.Attempts, attempt => attempt.Status == AttemptStatus.Running);
            Assert.Equal(call.Attempts.Select(attempt => attempt.Number), (await machine.RowsAsync(call)).Select(row => row.Attempt));
        }

        Assert.Equal(calls.Sum(call => call.Attempts.Count), (await machine.Store.TotalsAsync(CancellationToken.None)).Attempts);
        Assert.All(providers, provider => Assert.Equal(provider.StreamsOpened, provider.StreamsDisposed));
        Assert.All(providers.SelectMany(provider => provider.Transport!.Bodies), body => Assert.True(body.IsDisposed));
        await AssertNothingTicksAsync(machine);
    }

    // A delay that was called off runs what comes after it before it puts its timer away, so the last one may be a moment late. The clock stands: none goes by itself.
    private static async Task AssertNothingTicksAsync(TestMachine machine)
    {
        for (var tries = 0; machine.Time.ActiveTimers > 0; tries++)
        {
            Assert.True(tries < 1_000, $"{machine.Time.ActiveTimers} deadlines are left ticking.");
            await Task.Delay(10);
        }
    }

    private static async Task RunAsync(TestMachine machine, ModelCall call, CancellationToken cancellationToken)
    {
        switch (call)
        {
            case ChatCall chat:
                var outcome = await machine.SendAsync(chat, cancellationToken);
                if (outcome.Updates is { } updates)
                {
                    await foreach (var update in updates.WithCancellation(CancellationToken.None))
                    {
                        await Task.Yield();
                    }
                }
                else if (outcome.Events is { } events)
                {
                    await foreach (var item in events.WithCancellation(CancellationToken.None))
                    {
                        await Task.Yield();
                    }
                }

                break;
            case EmbeddingCall embedding:
                await machine.SendAsync(embedding, cancellationToken);
                break;
            case OperationCall operation:
                await machine.SendAsync(operation, cancellationToken);
                break;
        }
    }

    private static FakeProvider Erratic(string name, Random random)
    {
        var kinds = Enum.GetValues<ProviderErrorKind>();

        int Draw(int most)
        {
            lock (random)
            {
                return random.Next(most);
            }
        }

        async Task<T> Some<T>(T answer, CancellationToken cancellationToken)
        {
            for (var i = Draw(4); i > 0; i--)
            {
                await Task.Yield();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return Draw(5) switch
            {
                0 => throw new ProviderException(kinds[Draw(kinds.Length)], "scripted"),
                1 when Draw(3) == 0 => throw new FormatException("the plugin's own"),
                _ => answer,
            };
        }

        object Step(object usual) => Draw(12) == 0 ? new ProviderException(kinds[Draw(kinds.Length)], "scripted") : usual;

        return new FakeProvider(name)
        {
            Answer = (_, _, token) => Some(Replies.Text("""{"echo":"x"}"""), token),
            Embed = (texts, token) => Some(Replies.Vectors(texts.Count), token),
            Stream = (_, token) => Replies.Script(token, Step(Replies.Role()), Step(Replies.Piece("a")), Step(Replies.Piece("b")), Step(Replies.Finish())),
            Transport = new FakeTransport((request, token) => Some(
                request.IsStreaming
                    ? FakeBody.Of("role\n", Draw(9) == 0 ? "error\n" : "text:a\n", Draw(9) == 0 ? "bad\n" : "text:b\n", Draw(9) == 0 ? "" : "finish\n", "end\n")
                    : FakeBody.Of("hello|usage:1,2"),
                token)),
        };
    }
}
