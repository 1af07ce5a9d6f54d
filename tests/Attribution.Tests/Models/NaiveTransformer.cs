namespace Attribution.Tests.Models;

/// <summary>
/// The families' definitions once more, as plain loops over doubles: slow, obvious, and sharing nothing with the library. One row at a
/// time; what a token may see is asked of <see cref="Sees"/> for every pair.
/// </summary>
internal sealed class NaiveTransformer
{
    public required int Vocabulary, Hidden, FeedForward, Blocks, Heads, KeyValueHeads, HeadSize;
    public double Epsilon = 1e-6;
    public double? QueryScalar; // scores are divided by its root; the head's size by default
    public bool Gemma, Fused, HeadNorms, Tied;
    public bool OutputNormsOnly; // OLMo 2: no norm before, one behind, and norms over all heads at once
    public double AttentionCap, LogitCap; // 0 for none
    public double EmbeddingFactor = 1, ResidualFactor = 1, LogitDivisor = 1;
    public bool[] Unrotated = []; // per block; empty means none
    public int[] Windows = []; // per block; 0 means all; empty means all everywhere
    public required Func<int, int, double[]> Frequencies; // (block, length) -> one per rotated pair
    public double RotaryFactor = 1; // on cosines and sines
    public required Dictionary<string, double[]> Weights;

    /// <summary>The streams entering block 0, leaving block 0, ..., leaving the last: [blocks + 1][T][D].</summary>
    public double[][][] Streams(int[] ids, long[]? positions = null, bool[]? attended = null)
    {
        var streams = new double[Blocks + 1][][];
        streams[0] = [.. ids.Select(id => Row("model.embed_tokens.weight", id, Hidden).Select(x =>
            Gemma ? x * Math.Sqrt(Hidden) : x * EmbeddingFactor).ToArray())];
        for (var i = 0; i < Blocks; i++)
            streams[i + 1] = Block(i, streams[i], positions, attended);
        return streams;
    }

    public double[][] Run(double[][] stream, int from, long[]? positions = null, bool[]? attended = null)
    {
        for (var i = from; i < Blocks; i++)
            stream = Block(i, stream, positions, attended);
        return stream;
    }

    public double[][] Logits(double[][] stream)
    {
        var head = Tied ? "model.embed_tokens" : "lm_head";
        return [.. stream.Select(x => Linear(head, Norm(x, "model.norm.weight"), Vocabulary).Select(l => Capped(l / LogitDivisor, LogitCap)).ToArray())];
    }

    /// <summary>The mean of -log p(ids[t + 1] | ids up to t).</summary>
    public double Loss(double[][] lastStream, int[] ids)
    {
        var logits = Logits(lastStream);
        var sum = 0.0;
        for (var t = 0; t + 1 < ids.Length; t++)
        {
            var highest = logits[t].Max();
            sum += highest + Math.Log(logits[t].Sum(x => Math.Exp(x - highest))) - logits[t][ids[t + 1]];
        }
        return sum / (ids.Length - 1);
    }

    /// <summary>dLoss/dZ for the stream Z leaving a block, by central differences: good to about 1e-9.</summary>
    public double[][] Gradient(int block, int[] ids)
    {
        const double h = 1e-5;
        var stream = Streams(ids)[block + 1];
        var gradient = stream.Select(row => new double[row.Length]).ToArray();
        for (var t = 0; t < stream.Length; t++)
            for (var j = 0; j < Hidden; j++)
            {
                var x = stream[t][j];
                double At(double value)
                {
                    stream[t][j] = value;
                    return Loss(Run(stream, block + 1), ids);
                }
                gradient[t][j] = (At(x + h) - At(x - h)) / (2 * h);
                stream[t][j] = x;
            }
        return gradient;
    }

    private double[][] Block(int i, double[][] stream, long[]? positions, bool[]? attended)
    {
        var at = $"model.layers.{i}.";
        var attention = Attention(i, [.. stream.Select(x => OutputNormsOnly ? x : Norm(x, at + "input_layernorm.weight"))], positions, attended);
        var result = new double[stream.Length][];
        for (var t = 0; t < stream.Length; t++)
        {
            var mixed = Gemma || OutputNormsOnly ? Norm(attention[t], at + "post_attention_layernorm.weight") : attention[t];
            var middle = Add(stream[t], [.. mixed.Select(x => x * ResidualFactor)]);
            var normed = OutputNormsOnly ? middle : Norm(middle, at + (Gemma ? "pre_feedforward_layernorm.weight" : "post_attention_layernorm.weight"));
            double[] gate, up;
            if (Fused)
            {
                var both = Linear(at + "mlp.gate_up_proj", normed, 2 * FeedForward);
                (gate, up) = (both[..FeedForward], both[FeedForward..]);
            }
            else
            {
                gate = Linear(at + "mlp.gate_proj", normed, FeedForward);
                up = Linear(at + "mlp.up_proj", normed, FeedForward);
            }
            var inner = new double[FeedForward];
            for (var f = 0; f < FeedForward; f++)
                inner[f] = (Gemma ? Gelu(gate[f]) : gate[f] / (1 + Math.Exp(-gate[f]))) * up[f];
            var output = Linear(at + "mlp.down_proj", inner, Hidden);
            result[t] = Add(middle, [.. (Gemma || OutputNormsOnly ? Norm(output, at + "post_feedforward_layernorm.weight") : output).Select(x =>
                x * ResidualFactor)]);
        }
        return result;
    }

    /// <summary>Head by head, query by query, the weight of every key: [H * Q][T].</summary>
    /// <param name="i">The block.</param>
    /// <param name="stream">What enters it.</param>
    /// <param name="queries">The queries' places.</param>
    /// <param name="isPlain">Over every token before and by the square root of the head's size, whatever the model's window, scale and cap.</param>
    public double[][] AttentionWeights(int i, double[][] stream, long[] queries, bool isPlain = false)
    {
        var (q, k, _) = Project(i, [.. stream.Select(x => OutputNormsOnly ? x : Norm(x, $"model.layers.{i}.input_layernorm.weight"))], null);
        return [.. from h in Enumerable.Range(0, Heads) from t in queries select isPlain
            ? WeighPlainly(h, (int)t, q, k) : Weigh(i, h, (int)t, q, k, null, null)];
    }

    private double[][] Attention(int i, double[][] x, long[]? positions, bool[]? attended)
    {
        var (queries, keys, values) = Project(i, x, positions);
        var result = new double[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            var mixed = new double[Heads * HeadSize];
            for (var h = 0; h < Heads; h++)
            {
                var weights = Weigh(i, h, t, queries, keys, positions, attended);
                for (var s = 0; s < x.Length; s++)
                    for (var j = 0; j < HeadSize; j++)
                        mixed[(h * HeadSize) + j] += weights[s] * values[s][h / (Heads / KeyValueHeads)][j];
            }
            result[t] = Linear($"model.layers.{i}.self_attn.o_proj", mixed, Hidden);
        }
        return result;
    }

    private double[] WeighPlainly(int head, int query, double[][][] queries, double[][][] keys)
    {
        var weights = new double[keys.Length];
        for (var s = 0; s <= query; s++)
            for (var j = 0; j < HeadSize; j++)
                weights[s] += queries[query][head][j] * keys[s][head / (Heads / KeyValueHeads)][j] / Math.Sqrt(HeadSize);
        var total = weights[..(query + 1)].Sum(Math.Exp);
        return [.. weights.Select((w, s) => s <= query ? Math.Exp(w) / total : 0)];
    }

    private double[] Weigh(int i, int head, int query, double[][][] queries, double[][][] keys, long[]? positions, bool[]? attended)
    {
        var weights = new double[keys.Length];
        for (var s = 0; s < keys.Length; s++)
            if (Sees(i, query, s, positions, attended))
                weights[s] = Math.Exp(Capped(queries[query][head].Zip(keys[s][head / (Heads / KeyValueHeads)], (a, b) => a * b).Sum() / Math.Sqrt(QueryScalar
                    ?? HeadSize), AttentionCap));
        var total = weights.Sum();
        return [.. weights.Select(w => w / total)];
    }

    /// <summary>Rotated queries and keys, and values: each [T][heads][d].</summary>
    private (double[][][] Queries, double[][][] Keys, double[][][] Values) Project(int i, double[][] x, long[]? positions)
    {
        var at = $"model.layers.{i}.self_attn.";
        var (queries, keys, values) = (new double[x.Length][][], new double[x.Length][][], new double[x.Length][][]);
        var length = (int)(positions?[^1] ?? x.Length - 1) + 1;
        for (var t = 0; t < x.Length; t++)
        {
            double[] q, k, v;
            if (Fused)
            {
                var all = Linear(at + "qkv_proj", x[t], (Heads + (2 * KeyValueHeads)) * HeadSize);
                (q, k, v) = (all[..(Heads * HeadSize)], all[(Heads * HeadSize)..^(KeyValueHeads * HeadSize)], all[^(KeyValueHeads * HeadSize)..]);
            }
            else
            {
                q = Linear(at + "q_proj", x[t], Heads * HeadSize);
                k = Linear(at + "k_proj", x[t], KeyValueHeads * HeadSize);
                v = Linear(at + "v_proj", x[t], KeyValueHeads * HeadSize);
            }
            if (OutputNormsOnly)
                (q, k) = (Norm(q, at + "q_norm.weight"), Norm(k, at + "k_norm.weight"));
            var position = Unrotated.Length > 0 && Unrotated[i] ? 0 : positions?[t] ?? t;
            queries[t] = [.. q.Chunk(HeadSize).Select(head => Rotate(HeadNorms ? Norm(head, at + "q_norm.weight") : head, position, i, length))];
            keys[t] = [.. k.Chunk(HeadSize).Select(head => Rotate(HeadNorms ? Norm(head, at + "k_norm.weight") : head, position, i, length))];
            values[t] = [.. v.Chunk(HeadSize)];
        }
        return (queries, keys, values);
    }

    private bool Sees(int block, int query, int key, long[]? positions, bool[]? attended)
    {
        if (key > query)
            return false;
        var distance = positions is null ? query - key : positions[query] - positions[key];
        if (Windows.Length > 0 && Windows[block] > 0 && distance >= Windows[block])
            return false;
        return query == key || attended is null || attended[key];
    }

    private double[] Rotate(double[] head, long position, int block, int length)
    {
        var frequencies = Frequencies(block, length);
        var n = frequencies.Length;
        var turned = (double[])head.Clone();
        for (var i = 0; i < n; i++)
        {
            var (cosine, sine) = (Math.Cos(position * frequencies[i]) * RotaryFactor, Math.Sin(position * frequencies[i]) * RotaryFactor);
            turned[i] = (head[i] * cosine) - (head[i + n] * sine);
            turned[i + n] = (head[i + n] * cosine) + (head[i] * sine);
        }
        return turned;
    }

    private double[] Norm(double[] x, string weight)
    {
        var w = Weights[weight];
        var root = Math.Sqrt(x.Select(v => v * v).Average() + Epsilon);
        return [.. x.Select((v, j) => v / root * (Gemma ? 1 + w[j] : w[j]))];
    }

    private double[] Linear(string name, double[] x, int outputs)
    {
        var matrix = Weights[name + ".weight"];
        var bias = Weights.GetValueOrDefault(name + ".bias");
        var y = new double[outputs];
        for (var o = 0; o < outputs; o++)
        {
            var sum = bias?[o] ?? 0;
            for (var j = 0; j < x.Length; j++)
                sum += matrix[(o * x.Length) + j] * x[j];
            y[o] = sum;
        }
        return y;
    }

    private double[] Row(string name, int row, int width) => Weights[name][(row * width)..((row + 1) * width)];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double Capped(double x, double cap) => cap == 0 ? x : cap * Math.Tanh(x / cap);

    private static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));
}
