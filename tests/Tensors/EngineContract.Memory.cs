namespace DgxMusic.Tensors.Tests;

public abstract partial class EngineContract
{
    const int MemoryInputs = 10, MemoryUnits = 70;

    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 12)]
    [InlineData(3, 1)]
    public void Lstm_Sequence_MatchesDefinition(int batch, int times)
    {
        float[] x = Noise.Of(1, batch, times, MemoryInputs);
        AssertClose(Plain.Lstm(x, batch, times, new(MemoryInputs, MemoryUnits), MemoryInput, MemoryHidden, MemoryBias), Engine.Lstm(Engine.Upload(x, batch, times, MemoryInputs), Memory()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Lstm_CutAnywhere_GoesOnAsIfAtOnce(int batch)
    {
        const int Times = 23;
        LstmWeights weights = Memory();
        Tensor x = Of(5, batch, Times, MemoryInputs);
        (Tensor together, LstmState last) = Engine.Lstm(x, weights, null);
        Assert.Equal(Engine.Lstm(x, weights).ToArray(), together.ToArray());
        LstmState? state = null;
        List<Tensor> parts = [];
        foreach ((int start, int count) in (ValueTuple<int, int>[])[(0, 1), (1, 0), (1, 9), (10, 12), (22, 1)])
        {
            (Tensor part, state) = Engine.Lstm(Engine.Slice(x, 1, start, count), weights, state);
            parts.Add(part);
        }

        AssertClose([.. together.ToArray()], Engine.Concat(1, [.. parts]));
        AssertClose([.. last.Hidden.ToArray()], state!.Hidden);
        AssertClose([.. last.Cell.ToArray()], state.Cell);
        Assert.Equal(Engine.Slice(together, 1, Times - 1, 1).ToArray(), last.Hidden.ToArray());
    }

    [Fact]
    public void Lstm_State_IsNotChangedByTheNextSteps()
    {
        LstmWeights weights = Memory();
        Tensor x = Of(5, 1, 8, MemoryInputs);
        LstmState state = Engine.Lstm(x, weights, null).After;
        float[] hidden = state.Hidden.ToArray(), cell = state.Cell.ToArray(), first = Engine.Lstm(x, weights, state).Y.ToArray();
        Assert.Equal(first, Engine.Lstm(x, weights, state).Y.ToArray());
        Assert.Equal(hidden, state.Hidden.ToArray());
        Assert.Equal(cell, state.Cell.ToArray());
    }

    [Fact]
    public void Lstm_InAScope_LeavesNothingButWhatItGives()
    {
        Tensor x = Of(5, 1, 8, MemoryInputs), y;
        LstmState state;
        using (ITensorScope scope = Engine.Scope())
        {
            (y, state) = Engine.Lstm(x, Memory(), null);
            scope.Keep(y);
            scope.Keep(state.Hidden);
            scope.Keep(state.Cell);
        }

        Assert.Equal(y.ToArray()[^MemoryUnits..], state.Hidden.ToArray());
        Assert.Equal(MemoryUnits, state.Cell.ToArray().Length);
    }

    [Fact]
    public void Lstm_StateOfAnotherShape_Throws()
    {
        LstmState state = new(Of(1, 2, MemoryUnits), Of(2, 1, MemoryUnits)), narrow = new(Of(1, 1, 5), Of(2, 1, MemoryUnits));
        Assert.Throws<ArgumentException>(() => Engine.Lstm(Of(5, 1, 8, MemoryInputs), Memory(), state));
        Assert.Throws<ArgumentException>(() => Engine.Lstm(Of(5, 1, 8, MemoryInputs), Memory(), narrow));
    }

    static float[] MemoryInput => Noise.Of(2, 4 * MemoryUnits, MemoryInputs);

    static float[] MemoryHidden => [.. Noise.Of(3, 4 * MemoryUnits, MemoryUnits).Select(value => value * 0.2f)];

    static float[] MemoryBias => Noise.Of(4, 4 * MemoryUnits);

    LstmWeights Memory() => Engine.Prepare(new LstmLayout(MemoryInputs, MemoryUnits), MemoryInput, MemoryHidden, MemoryBias);
}
