using System.Text;
using Conductor.Caching;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Prompts;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Machine;

public sealed class CachingTests
{
    [Fact]
    public async Task Cache_SameCallTwice_SecondCostsNothingAndBooksNothing()
    {
        var a = Json("a");
        await using var machine = Machine(a);
        var first = machine.Operation();
        var second = machine.Operation();

        var made = await machine.SendAsync(first);
        var found = await machine.SendAsync(second);
        await second.DisposeAsync();

        Assert.Equal(1, a.Calls);
        Assert.Equal((false, true), (first.IsCacheHit, second.IsCacheHit));
        Assert.Equal(made.Result.ToArray(), found.Result.ToArray());
        Assert.Equal((made.Provider, made.Model, made.Usage), (found.Provider, found.Model, found.Usage));
        Assert.Empty(second.Attempts);
        Assert.Empty(await machine.RowsAsync(second));
        Assert.Equal((0m, "settled"), (CallCost.Of(second).Usd, CallCost.Of(second).Status));
        Assert.Equal(1, machine.Totals.CacheHits);
    }

    [Fact]
    public async Task Cache_OtherTenant_NeverShares()
    {
        var a = Json("a");
        await using var machine = Machine(a);

        await machine.SendAsync(machine.Operation(tenant: "one"));
        var other = machine.Operation(tenant: "two");
        await machine.SendAsync(other);

        Assert.Equal((2, false), (a.Calls, other.IsCacheHit));
    }

    [Fact]
    public async Task Cache_OtherTenantAtTheSameTime_NeverJoinsTheFlight()
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a")
        {
            Answer = async (_, _, _) =>
            {
                await gate.Task;
                return Replies.Text("""{"echo":"x"}""");
            },
        };
        await using var machine = Machine(a);

        var one = machine.SendAsync(machine.Operation(tenant: "one"));
        var two = machine.SendAsync(machine.Operation(tenant: "two"));
        await a.WaitForCallsAsync(2); // nobody answers before the gate opens: the second is asked while the first is
        gate.SetResult();
        await Task.WhenAll(one, two);
    }

    [Theory]
    [InlineData(CacheUse.Off, 2, false)]
    [InlineData(CacheUse.Refresh, 2, false)]
    [InlineData(CacheUse.Read, 1, true)]
    [InlineData(CacheUse.ReadWrite, 1, true)]
    public async Task Cache_CallersWish_Kept(CacheUse use, int asked, bool isHit)
    {
        var a = Json("a");
        await using var machine = Machine(a);
        await machine.SendAsync(machine.Operation());

        var call = machine.Operation(options: new CallOptions { Cache = use });
        await machine.SendAsync(call);

        Assert.Equal((asked, isHit), (a.Calls, call.IsCacheHit));
    }

    [Theory]
    [InlineData(CacheUse.Off, false)]
    [InlineData(CacheUse.Read, false)]
    [InlineData(CacheUse.Refresh, true)]
    [InlineData(CacheUse.ReadWrite, true)]
    public async Task Cache_CallersWish_DecidesWhatIsStored(CacheUse use, bool isStored)
    {
        await using var machine = Machine(Json("a"));
        await machine.SendAsync(machine.Operation(options: new CallOptions { Cache = use }));

        var call = machine.Operation();
        await machine.SendAsync(call);

        Assert.Equal(isStored, call.IsCacheHit);
    }

    [Fact]
    public async Task Cache_Refresh_ReplacesWhatWasThere()
    {
        var a = Json("a", "old");
        await using var machine = Machine(a);
        await machine.SendAsync(machine.Operation());
        a.Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"new"}"""));

        await machine.SendAsync(machine.Operation(options: new CallOptions { Cache = CacheUse.Refresh }));
        var found = await machine.SendAsync(machine.Operation());

        Assert.Contains("new", Encoding.UTF8.GetString(found.Result.Span), StringComparison.Ordinal);
        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_AfterItsTime_AskedAnew()
    {
        var a = Json("a");
        await using var machine = Machine(a);
        await machine.SendAsync(machine.Operation());

        machine.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        await machine.SendAsync(machine.Operation());
        Assert.Equal(1, a.Calls);
        machine.Time.Advance(TimeSpan.FromTicks(1));
        await machine.SendAsync(machine.Operation());

        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_OperationsOwnTime_Wins()
    {
        var a = Json("a");
        await using var machine = Machine(a, settings => settings with
        {
            Operations = new Dictionary<string, OperationSettings>
            {
                ["echo"] = new() { CacheTtl = TimeSpan.FromMinutes(1), Section = new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build() },
            },
        });
        await machine.SendAsync(machine.Operation());

        machine.Time.Advance(TimeSpan.FromMinutes(2));
        await machine.SendAsync(machine.Operation());

        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_SwitchedOff_NeverUsed()
    {
        var a = Json("a");
        await using var machine = Machine(a, settings => settings with { Cache = new CacheSettings { Enabled = false } });

        await machine.SendAsync(machine.Operation(options: new CallOptions { Cache = CacheUse.ReadWrite }));
        await machine.SendAsync(machine.Operation(options: new CallOptions { Cache = CacheUse.ReadWrite }));

        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_OperationSaysNo_NeverUsed()
    {
        var a = Json("a");
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [a], [new FakeOperation(isCacheable: false)]);

        await machine.SendAsync(machine.Operation(options: new CallOptions { Cache = CacheUse.ReadWrite }));
        await machine.SendAsync(machine.Operation(options: new CallOptions { Cache = CacheUse.ReadWrite }));

        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_AnswerDependsOnMoreThanTheRequest_SharedOnlyWhileThatIsTheSame()
    {
        var a = Json("a");
        var minute = "10:15";
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [a], [new FakeOperation { OnCacheVariant = () => minute }]);

        await machine.SendAsync(machine.Operation());
        await machine.SendAsync(machine.Operation());
        Assert.Equal(1, a.Calls);

        minute = "10:16";
        await machine.SendAsync(machine.Operation());
        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_OperationCannotSayWhatItsAnswerDependsOn_NothingIsShared()
    {
        var a = Json("a");
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m"), [a], [new FakeOperation { OnCacheVariant = () => throw new InvalidOperationException("broken") }]);

        for (var i = 0; i < 2; i++)
        {
            var call = machine.Operation();
            await machine.SendAsync(machine.Track(new OperationCall
            {
                Context = call.Context with { RequestId = "the callers own" }, // a caller may choose the same one twice
                Model = call.Model,
                Operation = call.Operation,
                Payload = call.Payload,
            }));
        }

        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task Cache_FieldsThatChangeTheAnswer_EachMakesAnotherKey()
    {
        var (a, b) = (Json("a"), Json("b"));
        await using var machine = Machine(a, b);

        OperationCall[] calls =
        [
            machine.Operation(),
            machine.Operation("other text"),
            machine.Operation(temperature: 0),
            machine.Operation(temperature: 0.5f),
            machine.Operation(maxTokens: 5),
            machine.Operation(topP: 0.5f),
            machine.Operation(model: "a/m"),
            machine.Operation(model: "b/m"),
        ];
        foreach (var call in calls)
        {
            await machine.SendAsync(call);
        }

        Assert.DoesNotContain(calls, call => call.IsCacheHit);
        Assert.Equal(8, a.Calls + b.Calls);
    }

    [Fact]
    public async Task Cache_ProviderOrOperationChanged_AskedAnew()
    {
        var a = Json("a");
        FakeOperation[] operations = [new()];
        await using var machine = Machine(a);
        await machine.SendAsync(machine.Operation());

        var changed = new FakeProvider("a") { Fingerprint = "f2", Answer = a.Answer };
        machine.Rebuild(machine.Snapshot.Settings, [changed], operations);
        await machine.SendAsync(machine.Operation());
        Assert.Equal(1, changed.Calls);

        machine.Rebuild(machine.Snapshot.Settings, [changed], operations, operationFingerprint: "o2");
        await machine.SendAsync(machine.Operation());
        Assert.Equal(2, changed.Calls);

        machine.Rebuild(machine.Snapshot.Settings, [changed], operations, operationFingerprint: "o2");
        await machine.SendAsync(machine.Operation());
        Assert.Equal(2, changed.Calls);
    }

    [Fact]
    public async Task Cache_OtherPlan_AskedAnew()
    {
        var (a, b) = (Json("a"), Json("b"));
        await using var machine = Machine(a, b);
        await machine.SendAsync(machine.Operation());

        machine.Rebuild(TestMachine.Alias("fast", "b/m", "a/m"), [a, b], [new FakeOperation()]);
        await machine.SendAsync(machine.Operation());

        Assert.Equal((1, 1), (a.Calls, b.Calls));
    }

    [Fact]
    public async Task Cache_TargetsDown_HitStillServes()
    {
        var a = Json("a");
        await using var machine = Machine(a);
        await machine.SendAsync(machine.Operation());
        a.Failing(ProviderErrorKind.Network);

        var call = machine.Operation();
        await machine.SendAsync(call);

        Assert.True(call.IsCacheHit);
    }

    /// <summary>The plan is part of the key: with the provider out of the configuration there is no plan, and what it once answered is not given out.</summary>
    [Fact]
    public void CacheKey_OtherPromptText_IsAnotherAnswer()
    {
        const string Yaml = "name: p\ntemplate_format: handlebars\ntemplate: hello {{x}}";

        var one = PromptTemplate.Parse(Yaml, "a").Fingerprint;

        Assert.Equal(one, PromptTemplate.Parse(Yaml, "b").Fingerprint);
        Assert.NotEqual(one, PromptTemplate.Parse(Yaml + "!", "a").Fingerprint);
    }

    [Fact]
    public async Task Cache_PromptEditedWhileRunning_AsksAnew()
    {
        var folder = Directory.CreateTempSubdirectory("conductor-prompts-").FullName;
        try
        {
            var a = Json("a");
            await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [a], [new FakeOperation()], promptFolder: folder);
            await machine.SendAsync(machine.Operation());
            await File.WriteAllTextAsync(
                Path.Combine(folder, new FakeOperation().Descriptor.Name + ".yaml"), "template_format: handlebars\ntemplate: <message role=\"user\">Differently {{text}}</message>");
            machine.Time.Advance(TimeSpan.FromSeconds(2));

            await machine.SendAsync(machine.Operation());

            Assert.Equal(2, a.Calls);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Cache_TargetsTakenOutOfTheConfiguration_NoHit()
    {
        var a = Json("a");
        await using var machine = Machine(a);
        await machine.SendAsync(machine.Operation());

        machine.Rebuild(machine.Snapshot.Settings, [], [new FakeOperation()]);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Operation()));
        Assert.Equal("no_model_available", error.Code);
    }

    [Fact]
    public async Task SingleFlight_FiftyEqualCalls_OneAsks()
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a")
        {
            Answer = async (_, _, _) =>
            {
                await gate.Task;
                return Replies.Text("""{"echo":"x"}""");
            },
        };
        await using var machine = Machine(a);

        OperationCall[] calls = [.. Enumerable.Range(0, 50).Select(_ => machine.Operation())];
        var sent = calls.Select(call => machine.SendAsync(call)).ToArray();
        gate.SetResult();
        await Task.WhenAll(sent).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, a.Calls);
        Assert.Equal(49, calls.Count(call => call.IsCacheHit));
    }

    [Fact]
    public async Task SingleFlight_LeaderFails_FollowersAskThemselvesAndTheirAnswerIsKept()
    {
        var gate = new TaskCompletionSource();
        var asked = 0;
        var a = new FakeProvider("a")
        {
            Answer = async (_, _, _) =>
            {
                var number = Interlocked.Increment(ref asked);
                await gate.Task;
                return number == 1 ? throw new ProviderException(ProviderErrorKind.InvalidRequest, "no") : Replies.Text("""{"echo":"x"}""");
            },
        };
        await using var machine = Machine(a);

        var leader = machine.SendAsync(machine.Operation());
        await a.WaitForCallsAsync(1); // the operation's code is asked apart: who comes first need not arrive first
        var followers = Enumerable.Range(0, 10).Select(_ => machine.SendAsync(machine.Operation())).ToArray();
        gate.SetResult();

        await Assert.ThrowsAsync<ConductorException>(() => leader.WaitAsync(TimeSpan.FromSeconds(30)));
        await Task.WhenAll(followers).WaitAsync(TimeSpan.FromSeconds(30));
        var before = a.Calls;
        await machine.SendAsync(machine.Operation());
        Assert.Equal(before, a.Calls);
    }

    [Fact]
    public async Task SingleFlight_LeaderLeaves_FollowersAskThemselves()
    {
        using var leaves = new CancellationTokenSource();
        var asked = 0;
        var a = new FakeProvider("a")
        {
            Answer = (_, _, token) => Interlocked.Increment(ref asked) == 1
                ? Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token)
                : Task.FromResult(Replies.Text("""{"echo":"x"}""")),
        };
        await using var machine = Machine(a);

        var leader = machine.SendAsync(machine.Operation(), leaves.Token);
        await a.WaitForCallsAsync(1);
        var followers = Enumerable.Range(0, 10).Select(_ => machine.SendAsync(machine.Operation())).ToArray();
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader.WaitAsync(TimeSpan.FromSeconds(30)));
        await Task.WhenAll(followers).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task SingleFlight_FollowerLeaves_OnlyItself()
    {
        using var leaves = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a")
        {
            Answer = async (_, _, _) =>
            {
                await gate.Task;
                return Replies.Text("""{"echo":"x"}""");
            },
        };
        await using var machine = Machine(a);

        var leader = machine.SendAsync(machine.Operation());
        await a.WaitForCallsAsync(1);
        var follower = machine.SendAsync(machine.Operation(), leaves.Token);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => follower.WaitAsync(TimeSpan.FromSeconds(30)));
        gate.SetResult();
        await leader.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, a.Calls);
    }

    [Fact]
    public async Task SingleFlight_FollowersTimeIsUp_DoesNotWaitForTheLeader()
    {
        var a = new FakeProvider("a") { Answer = (_, _, token) => Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token) };
        await using var machine = Machine(a);

        var leader = machine.SendAsync(machine.Operation());
        await a.WaitForCallsAsync(1);
        var follower = machine.SendAsync(machine.Operation(options: new CallOptions { Timeout = TimeSpan.FromSeconds(2) }));
        machine.Time.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<ConductorException>(() => follower.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
        Assert.False(leader.IsCompleted);
        machine.Time.Advance(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<ConductorException>(() => leader.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Cache_Failure_NeverKept()
    {
        var a = Json("a").Failing(ProviderErrorKind.ServerError);
        await using var machine = Machine(a);
        await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Operation()));
        a.Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}"""));

        var call = machine.Operation();
        await machine.SendAsync(call);

        Assert.False(call.IsCacheHit);
        Assert.Equal(1, machine.Cache.Size.Entries);
    }

    [Theory]
    [InlineData("text=hi;temperature=0", true)]
    [InlineData("text=hi", false)]
    [InlineData("text=hi;temperature=0.1", false)]
    public async Task ChatCache_ByDefault_OnlyAtTemperatureZero(string body, bool isHit)
    {
        await using var machine = TestMachine.Fast(RawTests.Answering("hello"));
        await machine.SendAsync(machine.Raw(body));

        var call = machine.Raw(body);
        var outcome = await machine.SendAsync(call);

        Assert.Equal(isHit, call.IsCacheHit);
        Assert.Equal("hello", Encoding.UTF8.GetString(outcome.ResponseBytes!.Value.Span));
    }

    [Fact]
    public async Task ChatCache_Streams_Never()
    {
        await using var machine = TestMachine.Fast(RawTests.Answering("text:x\n", "finish\n"));
        var options = new CallOptions { Cache = CacheUse.ReadWrite };

        for (var i = 0; i < 2; i++)
        {
            var call = machine.Raw("text=hi;temperature=0", isStreaming: true, options: options);
            var outcome = await machine.SendAsync(call);
            Assert.NotNull(outcome.Events);
            Assert.False(call.IsCacheHit);
        }
    }

    [Fact]
    public async Task ChatCache_TypedAnswerToBytes_NotKept()
    {
        var a = new FakeProvider("a");
        await using var machine = TestMachine.Fast(a);

        await machine.SendAsync(machine.Raw("text=hi;temperature=0"));
        await machine.SendAsync(machine.Raw("text=hi;temperature=0"));

        Assert.Equal((2, 0), (a.Calls, machine.Cache.Size.Entries));
    }

    [Theory]
    [InlineData(ChatCacheMode.Off, "text=hi;temperature=0", false)]
    [InlineData(ChatCacheMode.On, "text=hi;temperature=1", true)]
    public async Task ChatCache_Setting_Kept(ChatCacheMode mode, string body, bool isHit)
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Cache = new CacheSettings { Chat = mode } };
        await using var machine = new TestMachine(settings, [RawTests.Answering("hello")]);
        await machine.SendAsync(machine.Raw(body));

        var call = machine.Raw(body);
        await machine.SendAsync(call);

        Assert.Equal(isHit, call.IsCacheHit);
    }

    [Fact]
    public async Task EmbeddingCache_SameTexts_HitOtherTextsNot()
    {
        var a = new FakeProvider("a");
        await using var machine = TestMachine.Fast(a);

        await machine.SendAsync(machine.Embedding("fast", "t", "a", "b"));
        var same = machine.Embedding("fast", "t", "a", "b");
        var found = await machine.SendAsync(same);
        var joined = machine.Embedding("fast", "t", "ab");
        await machine.SendAsync(joined);
        var swapped = machine.Embedding("fast", "t", "b", "a");
        await machine.SendAsync(swapped);

        Assert.Equal((true, false, false), (same.IsCacheHit, joined.IsCacheHit, swapped.IsCacheHit));
        Assert.Equal([0f, 1f], found.Vectors![0].ToArray());
    }

    [Fact]
    public void ExactCache_BeyondItsBytes_LeastRecentlyUsedGoesFirst()
    {
        var cache = new ExactCache(new ManualTimeProvider());
        const long most = 10_000;
        cache.Store(Key(1), Answer(600), TimeSpan.FromHours(1), most);
        for (var i = 2; i <= 10; i++)
        {
            cache.Store(Key(i), Answer(600), TimeSpan.FromHours(1), most);
        }

        Assert.NotNull(cache.Find(Key(1))); // used: now the second is the oldest
        cache.Store(Key(11), Answer(600), TimeSpan.FromHours(1), most);

        Assert.NotNull(cache.Find(Key(1)));
        Assert.Null(cache.Find(Key(2)));
        Assert.NotNull(cache.Find(Key(11)));
        Assert.Equal((10, 10_000L), cache.Size);
    }

    [Fact]
    public void ExactCache_OneAnswerAboveAnEighth_NotKeptAndDropsTheOldOne()
    {
        var cache = new ExactCache(new ManualTimeProvider());
        cache.Store(Key(1), Answer(100), TimeSpan.FromHours(1), 10_000);

        cache.Store(Key(1), Answer(851), TimeSpan.FromHours(1), 10_000);
        cache.Store(Key(2), Answer(850), TimeSpan.FromHours(1), 10_000);

        Assert.Null(cache.Find(Key(1))); // what it would replace is no longer the answer
        Assert.NotNull(cache.Find(Key(2)));
    }

    [Fact]
    public void ExactCache_RandomUse_CountsItsBytesExactly()
    {
        var random = new Random(20_261);
        var time = new ManualTimeProvider();
        var cache = new ExactCache(time);
        const long most = 50_000;
        for (var i = 0; i < 5_000; i++)
        {
            var key = Key(random.Next(60));
            if (random.Next(3) == 0)
            {
                cache.Find(key);
            }
            else
            {
                cache.Store(key, Answer(random.Next(2_000)), TimeSpan.FromSeconds(random.Next(1, 50)), most);
            }

            time.Advance(TimeSpan.FromMilliseconds(random.Next(900)));
            Assert.InRange(cache.Size.Bytes, 0, most);
        }

        time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 60; i++)
        {
            Assert.Null(cache.Find(Key(i)));
        }

        Assert.Equal((0, 0L), cache.Size);
    }

    [Fact]
    public void CacheKey_FieldsSplitDifferently_DifferentKeys()
    {
        string?[][] lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["abc", null], ["", "abc"], [null, "abc"]];

        var keys = lists.Select(fields =>
        {
            using var builder = new CacheKeyBuilder();
            foreach (var field in fields)
            {
                builder.AddText(field);
            }

            return builder.Build("t");
        });

        Assert.Equal(lists.Length, keys.Distinct().Count());
    }

    private static FakeProvider Json(string name, string echo = "x") =>
        new(name) { Answer = (_, _, _) => Task.FromResult(Replies.Text($$"""{"echo":"{{echo}}"}""")) };

    private static TestMachine Machine(params FakeProvider[] providers) =>
        new(TestMachine.Alias("fast", [.. providers.Select(provider => $"{provider.Name}/m")]), providers, [new FakeOperation()]);

    private static TestMachine Machine(FakeProvider provider, Func<ConductorSettings, ConductorSettings> change) =>
        new(change(TestMachine.Alias("fast", $"{provider.Name}/m")), [provider], [new FakeOperation()]);

    private static CacheKey Key(int number) => new("t", (UInt128)number, 0);

    private static CachedAnswer Answer(int bytes) => new(typeof(OperationCall), "p", "m", TokenUsage.None, new byte[bytes], null);
}
